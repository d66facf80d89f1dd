package dev.kinora.eval;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.toybox.ToyState;
import dev.kinora.toybox.ToyboxClip;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/** Validates a reader on rendered clips, of which everything is known. */
public final class RenderedClips {
    /**
     * Seeds from here on are for this alone: no trainer draws them, neither for training nor for the validation that it
     * shows.
     */
    public static final long SEEDS = 1L << 41;

    private static final int BATCH = 16;

    private RenderedClips() {}

    /**
     * What came out.
     *
     * @param score of the attributes
     * @param distance mean distance of the centres that were read from the true ones, in units of the picture's short
     *     side, over all frames of clips with one toy
     * @param unlawful how far the paths that were read lie from {@link LawfulPaths}: what a perfect clip reaches
     */
    public record Result(ToyboxScore score, double distance, double unlawful) {}

    /**
     * Draws and reads clips of consecutive seeds.
     *
     * @param mixes take turns, a batch each
     * @param firstSeed of the clips
     * @param clips how many
     * @param threads that draw
     * @param through what becomes of a batch before it is read, uint8 [B, F, H, W, 3] to the same
     * @param progress hears how many are read, on the calling thread; may throw to stop
     */
    public static Result read(
            ToyboxReader reader,
            List<ToyboxMix> mixes,
            long firstSeed,
            int clips,
            int threads,
            UnaryOperator<Tensor> through,
            IntConsumer progress) {
        ToyboxScore score = new ToyboxScore();
        Distance distance = new Distance();
        LawfulPaths lawful = new LawfulPaths();
        try (ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("toybox-", 0).factory())) {
            List<CompletableFuture<ToyboxClip>> coming = draw(pool, mixes, firstSeed, clips, 0);
            for (int done = 0; done < clips; ) {
                List<ToyboxClip> batch =
                        coming.stream().map(CompletableFuture::join).toList();
                coming = draw(pool, mixes, firstSeed, clips, done + batch.size());
                List<ToyboxReading> readings = read(reader, batch, through);
                for (int i = 0; i < batch.size(); i++) {
                    score.add(batch.get(i).spec(), readings.get(i));
                    distance.add(batch.get(i), readings.get(i));
                    lawful.add(batch.get(i).spec(), readings.get(i));
                }
                done += batch.size();
                progress.accept(done);
            }
        }
        return new Result(score, distance.mean(), lawful.mean());
    }

    private static List<CompletableFuture<ToyboxClip>> draw(
            ExecutorService pool, List<ToyboxMix> mixes, long firstSeed, int clips, int from) {
        ToyboxMix mix = mixes.get(from / BATCH % mixes.size());
        List<CompletableFuture<ToyboxClip>> coming = new ArrayList<>();
        for (int i = from; i < Math.min(clips, from + BATCH); i++) {
            long seed = firstSeed + i;
            coming.add(CompletableFuture.supplyAsync(() -> ToyboxRenderer.render(mix.draw(seed)), pool));
        }
        return coming;
    }

    private static List<ToyboxReading> read(
            ToyboxReader reader, List<ToyboxClip> batch, UnaryOperator<Tensor> through) {
        try (TensorScope ignored = TensorScope.open("rendered clips")) {
            List<Tensor> frames = batch.stream()
                    .map(c -> ToyboxReader.frames(
                            c.rgb(),
                            c.spec().frames(),
                            c.spec().height(),
                            c.spec().width()))
                    .toList();
            return reader.read(through.apply(Tensors.cat(0, frames)));
        }
    }

    /** Sums up how far centres are off. */
    private static final class Distance {
        private double sum;
        private long count;

        void add(ToyboxClip clip, ToyboxReading reading) {
            if (clip.spec().toys().size() != 1) {
                return;
            }
            List<ToyboxReading.Place> path = reading.toys().stream()
                    .min(Comparator.comparingDouble(t -> off(clip, t.path())))
                    .orElseThrow()
                    .path();
            sum += off(clip, path);
            count += path.size();
        }

        private static double off(ToyboxClip clip, List<ToyboxReading.Place> path) {
            double off = 0;
            for (int f = 0; f < path.size(); f++) {
                ToyState state = clip.states().get(f);
                ToyState.Body body = state.bodies().getFirst();
                double x = (body.x() - state.view().x()) * state.view().zoom();
                double y = (body.y() - state.view().y()) * state.view().zoom();
                off += Math.hypot(path.get(f).x() - x, path.get(f).y() - y);
            }
            return off;
        }

        double mean() {
            return sum / count;
        }
    }
}
