package dev.kinora.eval;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;

/**
 * Structural similarity (Wang, Bovik, Sheikh and Simoncelli, 2004): a Gaussian window of 11 x 11 with deviation 1.5,
 * K1 = 0.01, K2 = 0.03, population covariances, positions where the window fits, each channel by itself. The same as
 * scikit-image's {@code structural_similarity} with {@code gaussian_weights=True, use_sample_covariance=False}.
 */
public final class Ssim {
    private static final int WINDOW = 11;
    private static final double DEVIATION = 1.5;

    private Ssim() {}

    /**
     * The mean similarity of pictures.
     *
     * @param a [..., H, W], height and width at least 11, values from 0 on: the measure compares brightness too, so a
     *     range that begins elsewhere gives another value
     * @param b of the same shape
     * @param range from the least to the greatest possible value
     */
    public static double of(Tensor a, Tensor b, double range) {
        int n = a.dim();
        if (n < 2 || a.size(n - 1) < WINDOW || a.size(n - 2) < WINDOW) {
            throw new IllegalArgumentException(
                    "ssim: pictures = " + a.describe() + " (expected: [..., H, W], both at least " + WINDOW + ")");
        }
        try (TensorScope ignored = TensorScope.open("ssim")) {
            return Grad.off(() -> mean(a.detach().to(DType.FP64), b.detach().to(DType.FP64), range));
        }
    }

    private static double mean(Tensor a, Tensor b, double range) {
        int n = a.dim();
        Tensor down = window(a.size(n - 2)).to(a.device()); // [H - 10, H]
        Tensor across = window(a.size(n - 1)).transpose(0, 1).to(a.device()); // [W, W - 10]
        Tensor meanA = down.matmul(a).matmul(across);
        Tensor meanB = down.matmul(b).matmul(across);
        Tensor varianceA = down.matmul(a.square()).matmul(across).sub(meanA.square());
        Tensor varianceB = down.matmul(b.square()).matmul(across).sub(meanB.square());
        Tensor covariance = down.matmul(a.mul(b)).matmul(across).sub(meanA.mul(meanB));
        double c1 = Math.pow(0.01 * range, 2);
        double c2 = Math.pow(0.03 * range, 2);
        Tensor above = meanA.mul(meanB).mul(2).add(c1).mul(covariance.mul(2).add(c2));
        Tensor below = meanA.square()
                .add(meanB.square())
                .add(c1)
                .mul(varianceA.add(varianceB).add(c2));
        return above.div(below).mean().item();
    }

    /** Rows that each average a window: fp64 [size - 10, size]. */
    private static Tensor window(long size) {
        int n = (int) size;
        int rows = n - WINDOW + 1;
        double[] taps = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double d = i - WINDOW / 2;
            taps[i] = Math.exp(-d * d / (2 * DEVIATION * DEVIATION));
            sum += taps[i];
        }
        double[] matrix = new double[rows * n];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < WINDOW; i++) {
                matrix[r * n + r + i] = taps[i] / sum;
            }
        }
        return Tensors.of(matrix, rows, n);
    }
}
