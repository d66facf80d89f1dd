package dev.kinora.train.latents;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.internal.Checks;
import dev.kinora.weights.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cached clips of one shape: mapped from disk, or whole on a device. */
public final class LatentGroup implements AutoCloseable {
    /** Stands for the empty text among captions. */
    public static final int NO_TEXT = -1;

    private static final String FOREGROUND = "foreground";

    private final ClipShape shape;
    private final int captions;
    private final int textLength;
    private final long[] one; // [Z, f, h, w]
    private final List<MemorySegment> latents = new ArrayList<>(); // fp16 [Z, f, h, w] each
    private final List<MemorySegment> ids = new ArrayList<>(); // int32 [captions, N] each
    private final List<MemorySegment> foreground = new ArrayList<>(); // fp16 [f, h, w] each, or none
    private final TensorScope owner = TensorScope.owner("latents");
    private @Nullable Tensor held; // fp16 [n, Z, f, h, w]

    private LatentGroup(ClipShape shape, int captions, int textLength, long[] one) {
        this.shape = shape;
        this.captions = captions;
        this.textLength = textLength;
        this.one = one;
    }

    static LatentGroup map(ClipShape shape, List<Path> shards, int textLength, Arena arena) throws IOException {
        LatentGroup group = null;
        for (Path file : shards) {
            SafetensorsFile open = SafetensorsFile.open(file, arena);
            long[] x = shapeOf(open, "latents");
            long[] text = shapeOf(open, "ids");
            if (group == null) {
                group = new LatentGroup(shape, (int) text[1], textLength, Arrays.copyOfRange(x, 1, x.length));
            }
            long[] expected = {x[0], group.one[0], shape.latentFrames(), shape.latentHeight(), shape.latentWidth()};
            Checks.require(
                    Arrays.equals(x, expected),
                    file.toString(),
                    "latents",
                    Arrays.toString(x),
                    Arrays.toString(expected));
            long[] expectedText = {x[0], group.captions, textLength};
            Checks.require(
                    Arrays.equals(text, expectedText),
                    file.toString(),
                    "ids",
                    Arrays.toString(text),
                    Arrays.toString(expectedText));
            cut(open.segment("latents"), x[0], group.latents);
            cut(open.segment("ids"), x[0], group.ids);
            Path beside = file.resolveSibling(file.getFileName().toString().replace("latents", "foreground"));
            if (Files.exists(beside)) {
                group.mapForeground(SafetensorsFile.open(beside, arena), beside, x[0]);
            }
        }
        if (group == null) {
            throw new IllegalArgumentException("latent cache: shards of " + shape + " = 0 (expected: at least one)");
        }
        return group;
    }

    private void mapForeground(SafetensorsFile open, Path file, long clips) {
        long[] x = shapeOf(open, FOREGROUND);
        long[] expected = {clips, one[1], one[2], one[3]};
        Checks.require(
                Arrays.equals(x, expected), file.toString(), FOREGROUND, Arrays.toString(x), Arrays.toString(expected));
        cut(open.segment(FOREGROUND), clips, foreground);
    }

    private static long[] shapeOf(SafetensorsFile file, String name) {
        return file.info(name).shape().stream().mapToLong(Long::longValue).toArray();
    }

    private static void cut(MemorySegment all, long n, List<MemorySegment> into) {
        long bytes = all.byteSize() / n;
        for (long i = 0; i < n; i++) {
            into.add(all.asSlice(i * bytes, bytes));
        }
    }

    /** Of every clip. */
    public ClipShape shape() {
        return shape;
    }

    /** Number of clips. */
    public int size() {
        return latents.size();
    }

    /** Of each clip. */
    public int captions() {
        return captions;
    }

    /** Z. */
    public long channels() {
        return one[0];
    }

    /** Keeps the first and the last clips. */
    void keep(int first, int last) {
        if (first + last < size()) {
            boolean both = hasForeground();
            latents.subList(first, size() - last).clear();
            ids.subList(first, ids.size() - last).clear();
            if (both) {
                foreground.subList(first, foreground.size() - last).clear();
            }
        }
    }

    void moveTo(Device device) {
        held = owner.adopt(TensorScope.compute(() -> Grad.off(() -> {
            Tensor all = Tensors.empty(DType.FP16, device, withBatch(size()));
            int chunk = 1024;
            for (int from = 0; from < size(); from += chunk) {
                int n = Math.min(chunk, size() - from);
                int[] rows = new int[n];
                int at = from;
                Arrays.setAll(rows, i -> at + i);
                TensorScope.run("move", () -> all.narrow(0, at, n).copy_(gathered(rows)));
            }
            return all;
        })));
    }

    private long[] withBatch(long n) {
        return new long[] {n, one[0], one[1], one[2], one[3]};
    }

    /** Latents of some clips, as stored: fp16 [B, Z, f, h, w], on the host. */
    private Tensor gathered(int... clips) {
        Tensor batch = Tensors.empty(DType.FP16, withBatch(clips.length));
        copy(batch, latents, clips);
        return batch;
    }

    private static void copy(Tensor into, List<MemorySegment> from, int... rows) {
        MemorySegment to = into.segment();
        long bytes = from.getFirst().byteSize();
        for (int i = 0; i < rows.length; i++) {
            to.asSlice(i * bytes, bytes).copyFrom(from.get(rows[i]));
        }
    }

    /** Latents of some clips: fp32 [B, Z, f, h, w] on a device. */
    public Tensor latents(Device device, int... clips) {
        return TensorScope.compute(() -> {
            Tensor all = held;
            if (all == null) {
                return gathered(clips).to(device).to(DType.FP32);
            }
            long[] index = Arrays.stream(clips).asLongStream().toArray();
            return all.indexSelect(0, Tensors.of(index, index.length).to(all.device()))
                    .to(device)
                    .to(DType.FP32);
        });
    }

    /** Whether {@link #foreground} is known of every clip. */
    public boolean hasForeground() {
        return foreground.size() == latents.size();
    }

    /**
     * How much of each latent of some clips belongs to what they are about, 0 to 1: fp32 [B, f, h, w] on a device.
     *
     * @throws IllegalStateException if the cache does not know
     */
    public Tensor foreground(Device device, int... clips) {
        if (!hasForeground()) {
            throw new IllegalStateException("latents of " + shape + ": no foreground is known");
        }
        return TensorScope.compute(() -> {
            Tensor batch = Tensors.empty(DType.FP16, clips.length, one[1], one[2], one[3]);
            copy(batch, foreground, clips);
            return batch.to(device).to(DType.FP32);
        });
    }

    /**
     * Token ids of a caption of each clip: [B, N] in row-major order.
     *
     * @param which of a clip's captions, or {@link #NO_TEXT}
     * @param empty ids of the empty text
     */
    public long[] ids(int[] clips, int[] which, long[] empty) {
        long[] all = new long[clips.length * textLength];
        for (int i = 0; i < clips.length; i++) {
            for (int t = 0; t < textLength; t++) {
                all[i * textLength + t] = which[i] == NO_TEXT
                        ? empty[t]
                        : ids.get(clips[i])
                                .get(ValueLayout.JAVA_INT_UNALIGNED, 4L * ((long) which[i] * textLength + t));
            }
        }
        return all;
    }

    @Override
    public void close() {
        owner.close();
    }
}
