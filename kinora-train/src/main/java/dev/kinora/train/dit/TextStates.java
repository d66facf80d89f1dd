package dev.kinora.train.dit;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.text.T5EncoderModel;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.latents.LatentGroup;
import dev.kinora.train.run.TrainListener;
import dev.kinora.weights.SafetensorsFile;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StoredType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * States of a text encoder that is not trained, for every caption of a cache: computed once, kept on disk, mapped. A file
 * a shape, {@code WIDTHxHEIGHTxFRAMES.safetensors}, with a tensor [captions, N, D] for every clip and {@code no_text}
 * [N, D].
 */
final class TextStates implements DitBatches.Texts {
    private static final String NO_TEXT = "no_text";
    /** Clips whose captions are encoded at once. */
    private static final int CLIPS = 32;

    private final Arena arena = Arena.ofShared();
    private final Map<ClipShape, SafetensorsFile> files = new HashMap<>();
    private final Device device;

    private TextStates(Device device) {
        this.device = device;
    }

    /**
     * Computes the states that are not there.
     *
     * @param folder of the states
     * @param encoder folder of the text encoder, which made no others in this folder
     * @param noText ids of the empty text
     * @param bf16 whether the run's products are in 16 bits, and states of an encoder in fp32 kept in no more
     * @param listener hears of every 1000 clips or so
     */
    static void make(
            Path folder,
            LatentCache cache,
            Path encoder,
            long[] noText,
            boolean bf16,
            Device device,
            TrainListener listener)
            throws IOException {
        Files.createDirectories(folder);
        List<LatentGroup> missing = cache.groups().stream()
                .filter(g -> !Files.exists(file(folder, g)))
                .toList();
        if (!missing.isEmpty()) {
            try (T5EncoderModel model = T5EncoderModel.load(encoder, "", null)) {
                model.parameters().to(device);
                DType own = model.parameters().all().iterator().next().value().dtype();
                DType type = bf16 && own == DType.FP32 ? DType.BF16 : own;
                int all = missing.stream().mapToInt(LatentGroup::size).sum();
                int[] done = {0};
                listener.onNote("captions of " + all + " clips");
                for (LatentGroup g : missing) {
                    write(file(folder, g), g, model, noText, type, device, clips -> {
                        int before = done[0];
                        done[0] += clips;
                        if (done[0] / 1000 > before / 1000 || done[0] == all) {
                            listener.onStep(done[0], all, Map.of());
                        }
                    });
                }
            }
        }
    }

    /** Maps the states that {@link #make} made. */
    static TextStates open(Path folder, LatentCache cache, Device device) throws IOException {
        TextStates states = new TextStates(device);
        for (LatentGroup g : cache.groups()) {
            states.files.put(g.shape(), SafetensorsFile.open(file(folder, g), states.arena));
        }
        return states;
    }

    private static Path file(Path folder, LatentGroup group) {
        return folder.resolve(group.shape() + ".safetensors");
    }

    private static void write(
            Path file,
            LatentGroup group,
            T5EncoderModel model,
            long[] noText,
            DType type,
            Device device,
            IntConsumer encoded)
            throws IOException {
        long n = noText.length;
        StoredType stored = StoredType.valueOf(type.safetensorsName());
        long width = model.config().dModel();
        SafetensorsWriter writer = new SafetensorsWriter();
        try (TensorScope ignored = TensorScope.open("text states")) {
            writer.add(NO_TEXT, stored, List.of(n, width), to -> {
                Tensor empty = encode(model, noText, n, type, device);
                to.accept(empty.segment());
                empty.release();
            });
            Tensor[] some = new Tensor[1]; // of CLIPS clips at a time, which are written in their order
            for (int i = 0; i < group.size(); i++) {
                int clip = i;
                writer.add(name(i), stored, List.of((long) group.captions(), n, width), to -> {
                    if (clip % CLIPS == 0) {
                        if (some[0] != null) {
                            some[0].release();
                        }
                        some[0] = encode(model, ids(group, clip, noText), n, type, device);
                        encoded.accept(Math.min(CLIPS, group.size() - clip));
                    }
                    long bytes = group.captions() * n * width * type.bytes();
                    to.accept(some[0].segment().asSlice(clip % CLIPS * bytes, bytes));
                });
            }
            writer.write(file);
        }
    }

    /** Ids of all captions of some clips. */
    private static long[] ids(LatentGroup group, int from, long[] noText) {
        int clips = Math.min(CLIPS, group.size() - from);
        int each = group.captions();
        int[] clip = new int[clips * each];
        int[] caption = new int[clips * each];
        for (int i = 0; i < clip.length; i++) {
            clip[i] = from + i / each;
            caption[i] = i % each;
        }
        return group.ids(clip, caption, noText);
    }

    private static Tensor encode(T5EncoderModel model, long[] ids, long length, DType type, Device device) {
        return TensorScope.compute(() -> Grad.off(
                () -> model.forward(Tensors.of(ids, ids.length / length, length).to(device))
                        .to(type)
                        .to(Device.CPU)
                        .contiguous()));
    }

    private static String name(int clip) {
        return "clip_%07d".formatted(clip);
    }

    /** States [B, N, D] of a caption of each clip. */
    @Override
    public Tensor of(LatentGroup group, int[] clips, int[] captions) {
        SafetensorsFile file = files.get(group.shape());
        if (file == null) {
            throw new IllegalArgumentException(
                    "text states: shape = " + group.shape() + " (expected: one of the cache)");
        }
        return TensorScope.compute(() -> {
            Tensor[] parts = new Tensor[clips.length];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = one(file, clips[i], captions[i]);
            }
            return Tensors.stack(0, parts).to(device);
        });
    }

    private static Tensor one(SafetensorsFile file, int clip, int caption) {
        List<Long> shape = file.info(NO_TEXT).shape();
        DType type = DType.parse(file.info(NO_TEXT).type().name());
        MemorySegment bytes = file.segment(NO_TEXT);
        if (caption != LatentGroup.NO_TEXT) {
            long size = bytes.byteSize();
            bytes = file.segment(name(clip)).asSlice(caption * size, size);
        }
        return Tensors.copyOf(bytes, type, shape.get(0), shape.get(1));
    }

    @Override
    public void close() {
        arena.close();
    }
}
