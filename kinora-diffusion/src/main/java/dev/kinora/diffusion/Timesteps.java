package dev.kinora.diffusion;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.TensorScope;

/** Draws of the noise level that each sample of a training batch gets. */
public final class Timesteps {
    private Timesteps() {}

    /** Uniform over 0 … T - 1, independently: {@code torch.randint(0, T, (batch,))}. */
    public static long[] uniform(Rng rng, int batch, int trained) {
        requireBatch(batch);
        try (TensorScope scope = TensorScope.open("timesteps")) {
            return rng.randint(0, trained, batch).toLongs();
        }
    }

    /**
     * Uniform over 0 … T - 1, but spread: T is cut into one interval per sample of all ranks, and each sample draws from
     * its own. The loss then varies less from step to step (CogVideoX, arXiv 2408.06072, "explicit uniform sampling",
     * which gives an interval to a rank; ours gives one to a sample).
     *
     * @param rank this process, 0 … ranks - 1
     * @param ranks processes that train together, each with its own stream
     */
    public static long[] explicitUniform(Rng rng, int batch, int trained, int rank, int ranks) {
        requireBatch(batch);
        if (rank < 0 || rank >= ranks) {
            throw new IllegalArgumentException(
                    "Timesteps: rank = " + rank + " (expected: 0 to " + (ranks - 1) + ", of " + ranks + " ranks)");
        }
        double width = (double) trained / ((long) batch * ranks);
        double[] within;
        try (TensorScope scope = TensorScope.open("timesteps")) {
            within = rng.rand(DType.FP64, batch).toDoubles();
        }
        long[] timesteps = new long[batch];
        for (int i = 0; i < batch; i++) {
            long interval = (long) rank * batch + i;
            timesteps[i] = Math.min((long) ((interval + within[i]) * width), trained - 1L);
        }
        return timesteps;
    }

    /**
     * Times in (0, 1) whose logit is normal (Esser et al. 2024, arXiv 2403.03206, section 3.1): most of them in the
     * middle, where a rectified flow is hardest.
     *
     * @param mean where they gather: 0 is the middle, above 0 nearer to noise
     * @param std how far they spread; 1 in the paper
     */
    public static double[] logitNormal(Rng rng, int batch, double mean, double std) {
        requireBatch(batch);
        if (!(std >= 0)) {
            throw new IllegalArgumentException("Timesteps: std = " + std + " (expected: 0 or more)");
        }
        try (TensorScope scope = TensorScope.open("timesteps")) {
            return rng.randn(DType.FP32, batch).mul(std).add(mean).sigmoid().toDoubles();
        }
    }

    private static void requireBatch(int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("Timesteps: batch = " + batch + " (expected: at least 1)");
        }
    }
}
