package dev.kinora.train.reader;

import dev.kinora.eval.ToyboxReaderConfig;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import java.util.List;

/**
 * The training run of a Toybox reader. Two runs of equal config give equal curves on the same machine.
 *
 * @param seed of the initial weights, the clips and their blemishes
 * @param model the network
 * @param batch clips a step
 * @param sizes of the clips; a step has clips of one size
 * @param frames of the clips; a step has clips of one length. A length listed twice is drawn twice as often
 * @param twoToys probability of a second toy
 * @param cameraMoves probability that the camera is not still
 * @param optimizer how weights are updated
 * @param bf16 whether matrix products and convolutions run in bfloat16
 * @param validationClips clips of one toy before a still camera that are read with each checkpoint
 * @param reportEvery steps between lines of metrics
 * @param saveEvery steps between checkpoints
 */
public record ReaderTrainConfig(
        long seed,
        ToyboxReaderConfig model,
        int batch,
        List<Size> sizes,
        List<Integer> frames,
        double twoToys,
        double cameraMoves,
        OptimizerConfig optimizer,
        boolean bf16,
        int validationClips,
        int reportEvery,
        int saveEvery) {
    /** Checks the ranges. */
    public ReaderTrainConfig {
        sizes = List.copyOf(sizes);
        frames = List.copyOf(frames);
        int longest = model.maxFrames();
        Checks.require(batch > 0, "reader training", "batch", batch, "1 or more");
        Checks.require(!sizes.isEmpty(), "reader training", "sizes", sizes, "one or more");
        Checks.require(
                !frames.isEmpty() && frames.stream().allMatch(f -> f > 1 && f <= longest),
                "reader training",
                "frames",
                frames,
                "each 2.." + longest);
        Checks.require(validationClips > 0, "reader training", "validation clips", validationClips, "1 or more");
        Checks.require(reportEvery > 0, "reader training", "report every", reportEvery, "1 or more");
        Checks.require(saveEvery > 0, "reader training", "save every", saveEvery, "1 or more");
    }

    /**
     * Pixels.
     *
     * @param width a multiple of 8
     * @param height a multiple of 8
     */
    public record Size(int width, int height) {
        /** Checks the multiples. */
        public Size {
            Checks.require(width > 0 && width % 8 == 0, "reader training", "width", width, "a multiple of 8");
            Checks.require(height > 0 && height % 8 == 0, "reader training", "height", height, "a multiple of 8");
        }
    }

    /** The shipped settings: four sizes, 9 to 33 frames, Muon for matrices and kernels, which learns objects soonest. */
    public static ReaderTrainConfig standard(int steps, int batch) {
        return new ReaderTrainConfig(
                5,
                ToyboxReaderConfig.standard(),
                batch,
                List.of(new Size(96, 64), new Size(64, 96), new Size(64, 64), new Size(96, 96)),
                List.of(17, 17, 17, 9, 9, 13, 21, 25, 29, 33),
                0.35,
                0.2,
                new OptimizerConfig(
                        new LearningRate(2e-3, Math.min(100, steps / 10), steps, 0.01),
                        true,
                        0.9,
                        0.99,
                        0.02,
                        1,
                        0.998),
                false,
                256,
                20,
                1000);
    }
}
