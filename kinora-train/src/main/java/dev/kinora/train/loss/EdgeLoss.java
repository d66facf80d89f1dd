package dev.kinora.train.loss;

import dev.kinora.tensor.Tensor;

/**
 * A perceptual term without weights of its own: the L1 distance of two clips' differences between neighbouring pixels,
 * at several scales. Where an L1 distance of colours prefers blur to a sharp edge one pixel off, this one does not; it is
 * what training falls back on where no LPIPS weights are at hand.
 */
public final class EdgeLoss {
    private EdgeLoss() {}

    /**
     * The mean over scales; each next scale sees pictures of half the height and width.
     *
     * @param difference of the two clips, [B, 3, F, H, W]
     * @param scales 1 or more; those at which less than two rows or columns are left are skipped
     * @return a scalar
     */
    public static Tensor of(Tensor difference, int scales) {
        Tensor x = difference;
        Tensor sum = neighbours(x);
        int seen = 1;
        while (seen < scales && x.size(3) >= 4 && x.size(4) >= 4) {
            x = half(x);
            sum = sum.add(neighbours(x));
            seen++;
        }
        return sum.div(seen);
    }

    private static Tensor neighbours(Tensor x) {
        return gradient(x, 4).add(gradient(x, 3));
    }

    /** Mean size of the difference between neighbours along a dimension; a scalar. */
    public static Tensor gradient(Tensor x, int dim) {
        long n = x.size(dim) - 1;
        return x.narrow(dim, 1, n).sub(x.narrow(dim, 0, n)).abs().mean();
    }

    private static Tensor half(Tensor x) { // odd rows and columns at the end are left out
        long h = x.size(3) / 2;
        long w = x.size(4) / 2;
        Tensor even = x.narrow(3, 0, 2 * h).narrow(4, 0, 2 * w);
        return even.reshape(x.size(0), x.size(1), x.size(2), h, 2, w, 2).mean(false, 4, 6);
    }
}
