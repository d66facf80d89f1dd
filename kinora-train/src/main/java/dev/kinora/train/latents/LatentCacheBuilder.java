package dev.kinora.train.latents;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.ClipSource;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TensorFiles;
import dev.kinora.train.run.TrainListener;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Fills a {@link LatentCache}: clips are made on all processors ahead of the encoder, encoded in batches on its device,
 * and written shard by shard. Shards that are there already are kept, so a stopped build goes on where it was.
 */
public final class LatentCacheBuilder {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Pixels of the clips that are encoded at once: memory of the encoder. */
    private static final long PIXELS = 4_000_000;

    private static final String FOREGROUND = "foreground";

    private final Path folder;
    private final Path vae;
    private final ClipSource source;
    private final int perShard;
    private final int textLength;
    private final Device device;
    private final @Nullable Path tokenizer;

    /** A build for training from scratch: the captions' ids are by a new tokenizer of Toybox's words. */
    public LatentCacheBuilder(Path folder, Path vae, ClipSource source, int perShard, int textLength, Device device) {
        this(folder, vae, source, perShard, textLength, device, null);
    }

    /**
     * A build that has not begun.
     *
     * @param folder of the cache
     * @param vae folder of the encoder's config and weights
     * @param perShard clips of a shard
     * @param textLength tokens of a caption, padding included; longer ones are cut
     * @param device that encodes
     * @param tokenizer folder of the tokenizer that makes the captions' ids, or null for a new one of Toybox's words
     */
    public LatentCacheBuilder(
            Path folder,
            Path vae,
            ClipSource source,
            int perShard,
            int textLength,
            Device device,
            @Nullable Path tokenizer) {
        Checks.require(perShard > 0, "latent cache", "clips per shard", perShard, "1 or more");
        Checks.require(textLength > 1, "latent cache", "text length", textLength, "2 or more");
        source.counts()
                .keySet()
                .forEach(s -> Checks.require(
                        s.frames() % 8 == 1,
                        "latent cache",
                        "frames of " + s,
                        s.frames(),
                        "8 k + 1, such as 1, 9, 17"));
        this.folder = folder;
        this.vae = vae;
        this.source = source;
        this.perShard = perShard;
        this.textLength = textLength;
        this.device = device;
        this.tokenizer = tokenizer;
    }

    /** A stretch of one shape's clips. */
    private record Shard(ClipShape shape, int number, int from, int clips) {
        Path in(Path folder, String name) {
            return folder.resolve(shape.toString()).resolve(name.formatted(number));
        }
    }

    /** Encodes whatever is missing. */
    public void build(TrainListener listener) throws IOException {
        try (RunFolder ignored = RunFolder.open(folder, "cache.json", description())) {
            Path words = folder.resolve("tokenizer");
            if (tokenizer == null) {
                ToyTokenizer.write(words, textLength);
            } else {
                TextBatches.copy(tokenizer, words);
            }
            List<Shard> shards = new ArrayList<>();
            for (Map.Entry<ClipShape, Integer> e : source.counts().entrySet()) {
                Files.createDirectories(folder.resolve(e.getKey().toString()));
                for (int from = 0; from < e.getValue(); from += perShard) {
                    Shard shard = new Shard(e.getKey(), from / perShard, from, Math.min(perShard, e.getValue() - from));
                    shards.add(shard);
                }
            }
            List<Shard> todo = shards.stream()
                    .filter(s -> !Files.exists(s.in(folder, LatentCache.LATENTS)))
                    .toList();
            encode(todo, listener);
            for (Shard shard : shards) {
                if (!Files.exists(shard.in(folder, LatentCache.FOREGROUND)) && !foreground(shard)) {
                    return;
                }
            }
        }
    }

    /** Writes where a shard's clips have what they are about; false if the source does not know. */
    private boolean foreground(Shard shard) throws IOException {
        ClipShape s = shard.shape();
        if (source.foreground(s, shard.from()) == null) {
            return false;
        }
        List<Callable<byte[]>> clips = new ArrayList<>();
        for (int i = 0; i < shard.clips(); i++) {
            int index = shard.from() + i;
            clips.add(() -> Objects.requireNonNull(source.foreground(s, index), "of every clip or of none"));
        }
        try (TensorScope ignored = TensorScope.open(FOREGROUND);
                Ahead<byte[]> ahead = new Ahead<>(clips)) {
            List<Tensor> all = new ArrayList<>();
            for (int i = 0; i < shard.clips(); i++) {
                byte[] covered = ahead.next();
                all.add(TensorScope.compute(() -> shares(covered, s)));
            }
            TensorFiles.write(
                    shard.in(folder, LatentCache.FOREGROUND),
                    Map.of(FOREGROUND, Tensors.stack(0, all.toArray(Tensor[]::new))),
                    DType.FP16,
                    Map.of());
            return true;
        }
    }

    /** Means over the pixels of each latent, the first of which has one frame and the others four: [f, h, w]. */
    private static Tensor shares(byte[] covered, ClipShape s) {
        Tensor pixels = Tensors.of(covered, s.frames(), s.latentHeight(), 8, s.latentWidth(), 8)
                .to(DType.FP32)
                .mean(false, 2, 4)
                .div(255); // [F, h, w]
        Tensor first = pixels.narrow(0, 0, 1);
        if (s.frames() == 1) {
            return first;
        }
        Tensor rest = pixels.narrow(0, 1, s.frames() - 1L)
                .reshape(s.latentFrames() - 1L, 4, s.latentHeight(), s.latentWidth())
                .mean(false, 1);
        return Tensors.cat(0, first, rest);
    }

    private ObjectNode description() throws IOException {
        ObjectNode d = JSON.createObjectNode();
        Map<String, Integer> counts = new LinkedHashMap<>();
        source.counts().forEach((shape, n) -> counts.put(shape.toString(), n));
        d.set("clips", JSON.valueToTree(counts));
        d.set("source", JSON.valueToTree(source.provenance()));
        d.put("text_length", textLength);
        d.put("per_shard", perShard);
        if (tokenizer != null) {
            d.put("tokenizer", tokenizer.toString());
        }
        d.put("vae_sha256", Hashes.sha256(vae.resolve("diffusion_pytorch_model.safetensors"), Hashes.Progress.NONE));
        return d;
    }

    private void encode(List<Shard> todo, TrainListener listener) throws IOException {
        List<Callable<ClipSource.Clip>> clips = new ArrayList<>();
        for (Shard s : todo) {
            for (int i = 0; i < s.clips(); i++) {
                int index = s.from() + i;
                clips.add(() -> source.clip(s.shape(), index));
            }
        }
        DType dtype = DType.BF16;
        try (AutoencoderKLCogVideoX encoder = AutoencoderKLCogVideoX.load(vae, dtype);
                TextBatches texts = new TextBatches(folder.resolve("tokenizer"), textLength);
                Ahead<ClipSource.Clip> ahead = new Ahead<>(clips)) {
            encoder.parameters().to(device);
            int done = 0;
            for (int i = 0; i < todo.size(); i++) {
                write(todo.get(i), encoder, texts, ahead);
                done += todo.get(i).clips();
                listener.onStep(i + 1, todo.size(), Map.of("clips", (double) done));
            }
        }
    }

    private void write(Shard shard, AutoencoderKLCogVideoX encoder, TextBatches texts, Ahead<ClipSource.Clip> ahead)
            throws IOException {
        StringBuilder lines = new StringBuilder();
        List<String> captions = new ArrayList<>();
        int[] each = {0};
        try (TensorScope ignored = TensorScope.open("encode")) {
            List<Tensor> parts = new ArrayList<>();
            int batch = (int) Math.max(
                    1,
                    PIXELS
                            / ((long) shard.shape().frames()
                                    * shard.shape().height()
                                    * shard.shape().width()));
            for (int from = 0; from < shard.clips(); from += batch) {
                int n = Math.min(batch, shard.clips() - from);
                byte[][] rgb = new byte[n][];
                for (int i = 0; i < n; i++) {
                    ClipSource.Clip clip = ahead.next();
                    rgb[i] = clip.rgb();
                    Checks.require(
                            each[0] == 0 || each[0] == clip.captions().size(),
                            shard.shape().toString(),
                            "captions",
                            clip.captions().size(),
                            "as many as other clips have, " + each[0]);
                    each[0] = clip.captions().size();
                    captions.addAll(clip.captions());
                    ObjectNode row = JSON.createObjectNode();
                    row.set("captions", JSON.valueToTree(clip.captions()));
                    lines.append(JSON.writeValueAsString(row)).append('\n');
                }
                parts.add(encode(encoder, shard.shape(), rgb));
            }
            Files.writeString(shard.in(folder, LatentCache.CAPTIONS), lines);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("latents", Tensors.cat(0, parts)); // [n, Z, f, h, w]
            tensors.put("ids", texts.ids(captions).to(DType.INT32).reshape(shard.clips(), each[0], textLength));
            TensorFiles.write(shard.in(folder, LatentCache.LATENTS), tensors, DType.FP16, Map.of());
        }
    }

    private Tensor encode(AutoencoderKLCogVideoX encoder, ClipShape shape, byte[][] rgb) {
        return TensorScope.compute(() -> Grad.off(() -> {
            Tensor[] clips = new Tensor[rgb.length];
            for (int i = 0; i < clips.length; i++) {
                clips[i] = Tensors.of(rgb[i], shape.frames(), shape.height(), shape.width(), 3);
            }
            Tensor x = Tensors.stack(0, clips)
                    .to(device)
                    .permute(0, 4, 1, 2, 3) // [B, 3, F, H, W]
                    .to(DType.FP32)
                    .div(127.5)
                    .sub(1)
                    .to(DType.BF16)
                    .contiguous();
            return encoder.encode(x, VaeOptions.DEFAULT).mode().to(DType.FP16).to(Device.CPU);
        }));
    }

    /** Clips in their order, made by several threads a bounded number ahead of whoever takes them. */
    private static final class Ahead<T> implements AutoCloseable {
        private final List<Callable<T>> clips;
        private final Deque<Future<T>> coming = new ArrayDeque<>();
        private final int depth = 32 + 8 * Runtime.getRuntime().availableProcessors();
        private final ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), task -> {
                    Thread t = new Thread(task, "clips");
                    t.setDaemon(true);
                    return t;
                });
        private int begun;

        Ahead(List<Callable<T>> clips) {
            this.clips = clips;
            fill();
        }

        private void fill() {
            while (coming.size() < depth && begun < clips.size()) {
                coming.add(pool.submit(clips.get(begun++)));
            }
        }

        T next() throws IOException {
            try {
                T clip = coming.remove().get();
                fill();
                return clip;
            } catch (ExecutionException e) {
                throw new IOException("latent cache: clip " + (begun - coming.size() - 1) + ": " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("latent cache: interrupted", e);
            }
        }

        @Override
        public void close() {
            pool.shutdownNow();
        }
    }
}
