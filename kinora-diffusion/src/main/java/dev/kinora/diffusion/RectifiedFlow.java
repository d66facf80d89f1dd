package dev.kinora.diffusion;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import java.util.Arrays;

/**
 * Straight lines from data to noise (Liu et al. 2022, arXiv 2209.03003): x_t = (1 - t)·x0 + t·ε for t in [0, 1], and the
 * network learns their velocity v = ε - x0.
 *
 * @param shift times are moved to shift·t / (1 + (shift - 1)·t), toward noise where above 1: larger samples need more
 *     noise to lose their signal (Esser et al. 2024, arXiv 2403.03206, section 5.3.2)
 */
public record RectifiedFlow(double shift) {
    /** The network is told 1000·t, the range that timestep embeddings are made for. */
    public static final double TIMESTEP_SCALE = 1000;

    /** Refuses a shift that is not positive. */
    public RectifiedFlow {
        if (!(shift > 0)) {
            throw new IllegalArgumentException("RectifiedFlow: shift = " + shift + " (expected: above 0)");
        }
    }

    /** A time moved by the shift; 0 and 1 stay. */
    public double shifted(double t) {
        return shift * t / (1 + (shift - 1) * t);
    }

    /** Clean samples moved to one time per batch element, in the samples' type: (1 - t)·x0 + t·ε. */
    public static Tensor addNoise(Tensor x0, Tensor noise, double... times) {
        Tensor t = broadcast(x0, times);
        return x0.mul(t.neg().add(1)).add(noise.mul(t));
    }

    /** The target of training: ε - x0. */
    public static Tensor velocity(Tensor x0, Tensor noise) {
        return noise.sub(x0);
    }

    /** The clean samples, from the velocity at one time per batch element: x - t·v. */
    public static Tensor x0(Tensor velocity, Tensor x, double... times) {
        return x.sub(velocity.mul(broadcast(x, times)));
    }

    private static Tensor broadcast(Tensor samples, double[] times) {
        if (samples.dim() == 0 || samples.size(0) != times.length) {
            throw new IllegalArgumentException("RectifiedFlow: times = " + times.length
                    + " (expected: one per batch element of " + Arrays.toString(samples.shape()) + ")");
        }
        long[] shape = new long[samples.dim()];
        Arrays.fill(shape, 1);
        shape[0] = times.length;
        return Tensors.of(times).to(samples.dtype()).to(samples.device()).reshape(shape);
    }
}
