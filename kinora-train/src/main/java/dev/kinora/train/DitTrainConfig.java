package dev.kinora.train;

/**
 * A diffusion transformer's training run, with its text encoder. Two runs of equal config and data give equal curves on
 * the same machine.
 *
 * @param seed of the initial weights, the order of clips, noise, timesteps and dropped texts
 * @param model sizes of the networks
 * @param objective what is learned
 * @param tokensPerStep tokens of a step, text included: the number of clips follows from their shape
 * @param accumulate micro-batches a step is cut into, to need less memory
 * @param checkpointing whether blocks are computed again for the backward pass, to need less memory still
 * @param pack whether a micro-batch is one sequence of clips of whatever shapes come, instead of clips of one shape
 * @param validationClips clips of every shape, the last ones, that are not trained on
 * @param guidance scale for the samples that are shown
 * @param sampleSteps denoising steps for the samples that are shown
 * @param optimizer how weights are updated
 * @param bf16 whether matrix products run in bfloat16 (on a GPU, all of the networks); weights are fp32 either way
 * @param reportEvery steps between lines of metrics
 * @param saveEvery steps between checkpoints
 * @param sampleEvery steps between contact sheets
 */
public record DitTrainConfig(
        long seed,
        Model model,
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
    public DitTrainConfig {
        new DitRecipe(
                seed,
                objective,
                tokensPerStep,
                accumulate,
                checkpointing,
                pack,
                validationClips,
                guidance,
                sampleSteps,
                optimizer,
                bf16,
                reportEvery,
                saveEvery,
                sampleEvery);
    }

    /** All but the sizes. */
    DitRecipe recipe() {
        return new DitRecipe(
                seed,
                objective,
                tokensPerStep,
                accumulate,
                checkpointing,
                pack,
                validationClips,
                guidance,
                sampleSteps,
                optimizer,
                bf16,
                reportEvery,
                saveEvery,
                sampleEvery);
    }

    /**
     * Sizes of transformer and text encoder. Patches are one latent, in space and time; positions are counted, so that
     * any size up to the largest of the training data can be generated.
     *
     * @param layers blocks
     * @param heads of 64 channels each
     * @param timeEmbedDim width of the timestep's embedding
     * @param textDim width of the text encoder
     * @param textLayers blocks of the text encoder
     * @param frames of a video where none are asked for
     */
    public record Model(int layers, int heads, int timeEmbedDim, int textDim, int textLayers, int frames) {
        /** Checks the ranges. */
        public Model {
            Checks.require(layers > 0, "dit model", "layers", layers, "1 or more");
            Checks.require(heads > 0, "dit model", "heads", heads, "1 or more");
            Checks.require(timeEmbedDim > 0, "dit model", "time embedding", timeEmbedDim, "1 or more");
            Checks.require(textDim > 0 && textDim % 64 == 0, "dit model", "text width", textDim, "a multiple of 64");
            Checks.require(textLayers > 0, "dit model", "text layers", textLayers, "1 or more");
            Checks.require(frames > 0 && frames % 8 == 1, "dit model", "frames", frames, "8 k + 1");
        }
    }

    /** The run that made the transformer of kinora-mini. */
    public static DitTrainConfig mini(int steps) {
        int warmup = Math.min(300, steps / 10);
        return new DitTrainConfig(
                2,
                new Model(8, 5, 64, 192, 3, 17),
                DitObjective.velocity(),
                65_536,
                1,
                false,
                false,
                16,
                4,
                30,
                new OptimizerConfig(new LearningRate(1e-3, warmup, steps, 0.02), true, 0.9, 0.95, 0.01, 1, 0.999),
                true,
                20,
                500,
                1000);
    }
}
