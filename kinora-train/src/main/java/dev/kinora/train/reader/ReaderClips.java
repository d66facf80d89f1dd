package dev.kinora.train.reader;

import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.train.data.ToyboxClips;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Draws the clips of coming steps on threads of its own. Which clips a step sees follows from seed and step alone. */
final class ReaderClips implements AutoCloseable {
    /** Steps drawn ahead. */
    private static final int AHEAD = 6;

    /** Pixels a clip is moved by, at most. */
    private static final int SHIFT = 4;

    /** One clip in so many is of a combination that generators do not train on: the reader may know them all. */
    private static final int HELD_OUT = 10;

    private final ReaderTrainConfig config;
    private final ExecutorService threads;
    private final Deque<List<Future<ReaderBatch.Sample>>> ahead = new ArrayDeque<>();
    private int next;

    /** @param step that is asked for first */
    ReaderClips(ReaderTrainConfig config, int step, int threads) {
        this.config = config;
        this.next = step;
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("toybox-", 0).factory());
    }

    /** The clips of the next step. */
    List<ReaderBatch.Sample> next() {
        while (ahead.size() < AHEAD) {
            ahead.add(draw(next++));
        }
        return join(ahead.remove());
    }

    private List<Future<ReaderBatch.Sample>> draw(int step) {
        SplittableRandom random = new SplittableRandom(config.seed() * 1_000_003 + step).split();
        ReaderTrainConfig.Size size =
                config.sizes().get(random.nextInt(config.sizes().size()));
        int frames = config.frames().get(random.nextInt(config.frames().size()));
        List<Future<ReaderBatch.Sample>> samples = new ArrayList<>();
        for (int i = 0; i < config.batch(); i++) {
            boolean heldOut = random.nextInt(HELD_OUT) == 0;
            long seed = random.nextLong(ToyboxClips.VALIDATION);
            int dx = random.nextInt(2 * SHIFT + 1) - SHIFT;
            int dy = random.nextInt(2 * SHIFT + 1) - SHIFT;
            samples.add(threads.submit(() -> ReaderBatch.Sample.of(
                    ToyboxRenderer.render(mix(size, frames, config.twoToys(), config.cameraMoves(), heldOut)
                            .draw(seed)),
                    config,
                    dx,
                    dy)));
        }
        return samples;
    }

    private ToyboxMix mix(ReaderTrainConfig.Size size, int frames, double two, double camera, boolean heldOut) {
        return new ToyboxMix(size.width(), size.height(), frames, config.model().fps(), two, camera, heldOut);
    }

    private static List<ReaderBatch.Sample> join(List<Future<ReaderBatch.Sample>> futures) {
        List<ReaderBatch.Sample> samples = new ArrayList<>();
        for (Future<ReaderBatch.Sample> f : futures) {
            try {
                samples.add(f.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("reader training: interrupted while clips are drawn", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("reader training: a clip could not be drawn", e.getCause());
            }
        }
        return samples;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
