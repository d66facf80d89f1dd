package dev.kinora.train.data;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/**
 * Makes the batches of coming steps on threads of its own, so that nothing waits for them. A batch follows from seed and
 * step alone, whatever was asked before and however many threads there are.
 */
public final class ClipLoader implements AutoCloseable {
    private final ClipDraws source;
    private final long seed;
    private final IntFunction<BatchShape> shapes;
    private final int lastStep;
    private final int ahead;
    private final ExecutorService pool;
    private final Map<Integer, CompletableFuture<byte[]>> batches = new HashMap<>();

    /**
     * A loader at rest; the first {@link #batch} starts it.
     *
     * @param shapes the shape of each step's clips
     * @param lastStep after which nothing is made
     * @param threads at work
     * @param ahead steps that are in work or ready while one is used
     */
    public ClipLoader(
            ClipDraws source, long seed, IntFunction<BatchShape> shapes, int lastStep, int threads, int ahead) {
        this.source = source;
        this.seed = seed;
        this.shapes = shapes;
        this.lastStep = lastStep;
        this.ahead = ahead;
        this.pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("clips-", 0).factory());
    }

    /** The step's clips: uint8 [B, F, H, W, 3] of its shape. */
    public byte[] batch(int step) {
        for (int s = step; s <= Math.min(lastStep, step + ahead); s++) {
            batches.computeIfAbsent(s, this::begin);
        }
        CompletableFuture<byte[]> batch = batches.remove(step);
        batches.keySet().removeIf(s -> s < step);
        try {
            return (batch == null ? begin(step) : batch).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private CompletableFuture<byte[]> begin(int step) {
        BatchShape shape = shapes.apply(step);
        int size = shape.frames() * shape.width() * shape.height() * 3;
        byte[] rgb = new byte[shape.batch() * size];
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + step).split();
        CompletableFuture<?>[] clips = new CompletableFuture<?>[shape.batch()];
        for (int i = 0; i < clips.length; i++) {
            long draw = random.nextLong();
            int at = i * size;
            clips[i] = CompletableFuture.runAsync(() -> System.arraycopy(clip(draw, shape), 0, rgb, at, size), pool);
        }
        return CompletableFuture.allOf(clips).thenApply(ignored -> rgb);
    }

    private byte[] clip(long draw, BatchShape shape) {
        byte[] whole = source.training(draw, shape.drawn());
        return shape.of() == null
                ? whole
                : Windows.cut(whole, shape.drawn(), shape.clip(), new SplittableRandom(draw + 1).split());
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
