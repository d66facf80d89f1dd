package dev.kinora.train.vae;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Precision;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A VAE training run. Two runs of equal config give equal curves on the same machine.
 *
 * @param seed of the initial weights, the order of clips, their sizes and the latents' noise
 * @param mix the world to learn: how often there are two toys or a moving camera, how long its clips are; its width and
 *     height are those that the checkpoint names as its own
 * @param blockOutChannels widths of the levels, finest first
 * @param layersPerBlock residual blocks a level
 * @param latentChannels channels of the latents
 * @param groups of the group norms
 * @param phases what is seen when, one after the other
 * @param losses what is compared, and how much each counts
 * @param optimizer how weights are updated; its steps are those of the phases together
 * @param precision of matrix products and convolutions
 * @param reportEvery steps between lines of metrics
 * @param saveEvery steps between checkpoints with validation and contact sheet
 * @param start what to begin with; null for fresh weights
 */
public record VaeTrainConfig(
        long seed,
        ToyboxMix mix,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int latentChannels,
        int groups,
        List<Phase> phases,
        VaeLossConfig losses,
        OptimizerConfig optimizer,
        Precision precision,
        int reportEvery,
        int saveEvery,
        @Nullable Start start) {

    /** Copies the lists and checks that the phases and the schedule agree. */
    public VaeTrainConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        phases = List.copyOf(phases);
        int steps = steps(phases);
        Checks.require(steps > 0, "vae training", "phases", phases, "at least one step");
        Checks.require(
                optimizer.rate().steps() == steps,
                "vae training",
                "learning rate steps",
                optimizer.rate().steps(),
                "the " + steps + " steps of the phases");
        Checks.require(reportEvery > 0, "vae training", "report every", reportEvery, "1 or more");
        Checks.require(saveEvery > 0, "vae training", "save every", saveEvery, "1 or more");
    }

    /**
     * Weights to go on with.
     *
     * @param folder of a trained autoencoder of this architecture
     * @param decoderOnly whether its encoder stays as it is, so that latents made with it stay valid
     * @param anchor weight of the squared distance of latents from those that its encoder made, in squared deviations:
     *     above 0, what was trained on those latents has less to learn anew
     */
    public record Start(String folder, boolean decoderOnly, double anchor) {
        /** Checks the range. */
        public Start {
            Checks.require(anchor >= 0, "vae training", "anchor", anchor, "0 or more");
            Checks.require(
                    anchor == 0 || !decoderOnly,
                    "vae training",
                    "anchor",
                    anchor,
                    "0 where the encoder does not learn");
        }

        /** Whether latents stay those of before, or near them, and so the factor that they are used with. */
        boolean keepsLatents() {
            return decoderOnly || anchor > 0;
        }

        /** The factor that brings its latents to unit deviation. */
        double scalingFactor() throws IOException {
            return AutoencoderKLCogVideoXConfig.of(Config.read(Path.of(folder).resolve("config.json")))
                    .scalingFactor();
        }
    }

    /** Whether the encoder stays as it began. */
    boolean decoderOnly() {
        return start != null && start.decoderOnly();
    }

    /**
     * A stretch of steps: single pictures teach space cheaply, then clips teach time, of all sizes that the model shall
     * know.
     *
     * @param steps how many
     * @param shapes native sizes; every step draws one, each as likely as the others, so that one that is listed twice
     *     comes twice as often
     * @param wholeClip whether the norms take their statistics over all frames of a clip, as stage 2 of the paper does
     *     on long clips, and not over the batches of frames that clips go through in use. Where several processes train,
     *     they then share each clip's time axis; else they share the batch
     */
    public record Phase(int steps, List<BatchShape> shapes, boolean wholeClip) {
        /** Clips in batches of frames. */
        public Phase(int steps, List<BatchShape> shapes) {
            this(steps, shapes, false);
        }

        /** Checks the ranges. */
        public Phase {
            shapes = List.copyOf(shapes);
            Checks.require(steps >= 0, "vae training phase", "steps", steps, "0 or more");
            Checks.require(!shapes.isEmpty(), "vae training phase", "shapes", shapes, "one or more");
        }
    }

    static int steps(List<Phase> phases) {
        return phases.stream().mapToInt(Phase::steps).sum();
    }

    /** The phase of a step, counted from 1. */
    Phase phase(int step) {
        int end = 0;
        for (Phase p : phases) {
            end += p.steps();
            if (step <= end) {
                return p;
            }
        }
        return phases.getLast();
    }

    /** The size of a step's clips: follows from seed and step alone. */
    BatchShape shape(int step) {
        List<BatchShape> shapes = phase(step).shapes();
        return shapes.get(new SplittableRandom(seed * 999_983 + step).split().nextInt(shapes.size()));
    }

    /** The run that made the VAE of kinora-mini: 4.2 million weights, four sizes, 1 to 33 frames, for a GPU. */
    public static VaeTrainConfig mini() {
        return mini(List.of(
                new Phase(
                        500,
                        List.of(
                                new BatchShape(96, 64, 1, 64),
                                new BatchShape(64, 96, 1, 64),
                                new BatchShape(64, 64, 1, 64),
                                new BatchShape(96, 64, 9, 16))),
                new Phase(
                        4500,
                        List.of(
                                new BatchShape(96, 64, 17, 16),
                                new BatchShape(96, 64, 17, 16),
                                new BatchShape(64, 96, 17, 16),
                                new BatchShape(64, 64, 17, 20),
                                new BatchShape(96, 96, 9, 20),
                                new BatchShape(96, 64, 33, 8),
                                new BatchShape(64, 64, 9, 32),
                                new BatchShape(64, 96, 1, 64)))));
    }

    /** The settings of {@link #mini()} for other phases. */
    public static VaeTrainConfig mini(List<Phase> phases) {
        int steps = steps(phases);
        return new VaeTrainConfig(
                1,
                new ToyboxMix(96, 64, 17, 8, 0.15, 0.15, false),
                List.of(32, 64, 96, 64),
                1,
                16,
                8,
                phases,
                new VaeLossConfig(VaeLossConfig.Reconstruction.L1, 1, 0.5, 3, 1e-4, null, null),
                new OptimizerConfig(
                        new LearningRate(2e-3, Math.min(100, steps / 10), steps, 0.05), true, 0.9, 0.99, 0, 1, 0.998),
                Precision.AUTO,
                25,
                500,
                null);
    }
}
