package dev.kinora.train;

import dev.kinora.toybox.ToyboxMix;
import java.util.List;

/**
 * A VAE training run. Two runs of equal config give equal curves on the same machine.
 *
 * @param seed of the initial weights, the order of clips and the latents' noise
 * @param mix the world to learn: sizes, and how often there are two toys or a moving camera
 * @param blockOutChannels widths of the levels, finest first
 * @param layersPerBlock residual blocks a level
 * @param latentChannels channels of the latents
 * @param groups of the group norms
 * @param phases what is seen when, one after the other
 * @param edge weight of the L1 distance of the pictures' differences between neighbouring pixels
 * @param kl weight of the KL divergence a latent
 * @param optimizer how weights are updated; its steps are those of the phases together
 * @param bf16 whether matrix products and convolutions run in bfloat16
 * @param reportEvery steps between lines of metrics
 * @param saveEvery steps between checkpoints with validation and contact sheet
 */
public record VaeTrainConfig(
        long seed,
        ToyboxMix mix,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        int latentChannels,
        int groups,
        List<Phase> phases,
        double edge,
        double kl,
        OptimizerConfig optimizer,
        boolean bf16,
        int reportEvery,
        int saveEvery) {

    /** Copies the lists and checks that the phases and the schedule agree. */
    public VaeTrainConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        phases = List.copyOf(phases);
        int steps = phases.stream().mapToInt(Phase::steps).sum();
        Checks.require(steps > 0, "vae training", "phases", phases, "at least one step");
        Checks.require(
                optimizer.rate().steps() == steps,
                "vae training",
                "learning rate steps",
                optimizer.rate().steps(),
                "the " + steps + " steps of the phases");
        for (Phase p : phases) {
            Checks.require(p.frames() <= mix.frames(), "vae training", "frames", p.frames(), "at most the clip's");
        }
        Checks.require(edge >= 0, "vae training", "edge", edge, "0 or more");
        Checks.require(kl >= 0, "vae training", "kl", kl, "0 or more");
        Checks.require(reportEvery > 0, "vae training", "report every", reportEvery, "1 or more");
        Checks.require(saveEvery > 0, "vae training", "save every", saveEvery, "1 or more");
    }

    /**
     * A stretch of steps that see clips of one length: single pictures teach space cheaply, then clips teach time.
     *
     * @param steps how many
     * @param frames of every clip, cut at random from the world's clips
     * @param batch clips a step
     */
    public record Phase(int steps, int frames, int batch) {
        /** Checks the ranges. */
        public Phase {
            Checks.require(steps >= 0, "vae training phase", "steps", steps, "0 or more");
            Checks.require(frames > 0, "vae training phase", "frames", frames, "1 or more");
            Checks.require(batch > 0, "vae training phase", "batch", batch, "1 or more");
        }
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

    /** The run that made the VAE of kinora-mini. */
    public static VaeTrainConfig mini(List<Phase> phases) {
        int steps = phases.stream().mapToInt(Phase::steps).sum();
        return new VaeTrainConfig(
                1,
                new ToyboxMix(96, 64, 17, 8, 0.15, 0.15, false),
                List.of(16, 32, 64, 64),
                1,
                8,
                8,
                phases,
                0.5,
                1e-4,
                new OptimizerConfig(
                        new LearningRate(2e-3, Math.min(100, steps / 10), steps, 0.2), true, 0.9, 0.99, 0, 1, 0.998),
                true,
                25,
                250);
    }
}
