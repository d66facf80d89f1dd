package dev.kinora.train.dit;

import dev.kinora.train.internal.Checks;
import dev.kinora.train.optim.OptimizerConfig;

/**
 * How a diffusion transformer is trained, whichever it is.
 *
 * @param seed of new weights, the order of clips, noise, timesteps and dropped texts
 * @param objective what is learned
 * @param tokensPerStep tokens of a step, text included: the number of clips follows from their shape
 * @param accumulate micro-batches a step is cut into, to need less memory
 * @param checkpointing whether blocks are computed again for the backward pass, to need less memory still
 * @param pack whether a micro-batch is one sequence of clips of whatever shapes come, instead of clips of one shape
 * @param validationClips clips of every shape, the last ones, that are not trained on
 * @param guidance scale for the samples that are shown
 * @param sampleSteps denoising steps for the samples that are shown
 * @param optimizer how weights are updated
 * @param bf16 whether matrix products run in bfloat16
 * @param reportEvery steps between lines of metrics
 * @param saveEvery steps between checkpoints
 * @param sampleEvery steps between contact sheets
 */
public record DitRecipe(
        long seed,
        DitObjective objective,
        int tokensPerStep,
        int accumulate,
        boolean checkpointing,
        boolean pack,
        int validationClips,
        double guidance,
        int sampleSteps,
        OptimizerConfig optimizer,
        boolean bf16,
        int reportEvery,
        int saveEvery,
        int sampleEvery) {

    /** Checks the ranges. */
    public DitRecipe {
        Checks.require(tokensPerStep > 0, "dit training", "tokens per step", tokensPerStep, "1 or more");
        Checks.require(accumulate > 0, "dit training", "accumulate", accumulate, "1 or more");
        Checks.require(!pack || !checkpointing, "dit training", "pack", pack, "false with checkpointing");
        Checks.require(validationClips > 0, "dit training", "validation clips", validationClips, "1 or more");
        Checks.require(sampleSteps > 0, "dit training", "sample steps", sampleSteps, "1 or more");
        Checks.require(reportEvery > 0, "dit training", "report every", reportEvery, "1 or more");
        Checks.require(saveEvery > 0, "dit training", "save every", saveEvery, "1 or more");
        Checks.require(sampleEvery > 0, "dit training", "sample every", sampleEvery, "1 or more");
    }
}
