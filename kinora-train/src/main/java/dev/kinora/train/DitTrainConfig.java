package dev.kinora.train;

/**
 * A diffusion transformer's training run, with its text encoder. Two runs of equal config and data give equal curves on
 * the same machine.
 *
 * @param seed of the initial weights, the order of clips, noise, timesteps and dropped texts
 * @param layers blocks
 * @param heads of 64 channels each
 * @param timeEmbedDim width of the timestep's embedding
 * @param textDim width of the text encoder
 * @param textLayers blocks of the text encoder
 * @param textLength tokens of a prompt; shorter ones are padded, and padding is seen
 * @param batch clips a step
 * @param textDropout probability that a clip's text is replaced by the empty one, for guidance
 * @param snrShift divides every signal-to-noise ratio of the schedule
 * @param validationClips clips at the end of the cache that are not trained on
 * @param guidance scale for the samples that are shown
 * @param sampleSteps denoising steps for the samples that are shown
 * @param optimizer how weights are updated
 * @param bf16 whether matrix products run in bfloat16
 * @param reportEvery steps between lines of metrics
 * @param saveEvery steps between checkpoints
 * @param sampleEvery steps between contact sheets
 */
public record DitTrainConfig(
        long seed,
        int layers,
        int heads,
        int timeEmbedDim,
        int textDim,
        int textLayers,
        int textLength,
        int batch,
        double textDropout,
        double snrShift,
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
        Checks.require(layers > 0, "dit training", "layers", layers, "1 or more");
        Checks.require(heads > 0, "dit training", "heads", heads, "1 or more");
        Checks.require(textDim > 0 && textDim % 64 == 0, "dit training", "text width", textDim, "a multiple of 64");
        Checks.require(batch > 0, "dit training", "batch", batch, "1 or more");
        Checks.require(textDropout >= 0 && textDropout <= 1, "dit training", "text dropout", textDropout, "0..1");
        Checks.require(validationClips > 0, "dit training", "validation clips", validationClips, "1 or more");
        Checks.require(reportEvery > 0, "dit training", "report every", reportEvery, "1 or more");
        Checks.require(saveEvery > 0, "dit training", "save every", saveEvery, "1 or more");
        Checks.require(sampleEvery > 0, "dit training", "sample every", sampleEvery, "1 or more");
    }

    /** The run that made the transformer of kinora-mini. */
    public static DitTrainConfig mini(int steps) {
        return new DitTrainConfig(
                2,
                6,
                4,
                64,
                128,
                2,
                24,
                16,
                0.1,
                1,
                64,
                4,
                20,
                new OptimizerConfig(
                        new LearningRate(1e-3, Math.min(300, steps / 10), steps, 0.1), true, 0.9, 0.95, 0.01, 1, 0.999),
                true,
                10,
                200,
                400);
    }
}
