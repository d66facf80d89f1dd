package dev.kinora.eval;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How close a clip is to its reference.
 *
 * @param psnr peak signal-to-noise ratio of the whole clip, dB; infinite for equal clips
 * @param ssim structural similarity, the mean over frames, channels and positions; see {@link Ssim}
 * @param temporalPsnr the same as {@code psnr}, of the changes from frame to frame: the peak is the range of the values,
 *     so that a still error costs nothing and one that comes and goes costs twice; NaN for one frame
 * @param flicker what the clip adds to the changes of its reference: the mean absolute difference between both clips'
 *     changes from frame to frame, in levels of 255; NaN for one frame
 */
public record Fidelity(double psnr, double ssim, double temporalPsnr, double flicker) {
    /** Width of the range [-1, 1]. */
    private static final double RANGE = 2;

    private static final double LEVELS = 255;

    /**
     * Compares two clips.
     *
     * @param reference [3, F, H, W] in [-1, 1], height and width at least 11
     * @param video of the same shape and range; values outside are compared as they are
     * @throws IllegalArgumentException for other shapes
     */
    public static Fidelity of(Tensor reference, Tensor video) {
        require(reference, video);
        try (TensorScope ignored = TensorScope.open("fidelity")) {
            return Grad.off(() -> {
                Tensor a = reference.detach().to(DType.FP64);
                Tensor b = video.detach().to(DType.FP64);
                boolean moves = a.size(1) > 1;
                Tensor change = moves ? changes(b).sub(changes(a)) : null;
                return new Fidelity(
                        psnr(b.sub(a).square().mean().item(), RANGE),
                        Ssim.of(a.add(1), b.add(1), RANGE),
                        change == null
                                ? Double.NaN
                                : psnr(change.square().mean().item(), RANGE),
                        change == null ? Double.NaN : change.abs().mean().item() * LEVELS / RANGE);
            });
        }
    }

    /**
     * How much a clip changes from frame to frame: the mean absolute difference of neighbouring frames, in levels of
     * 255. CogVideoX (arXiv 2408.06072) rates autoencoders by it; on equal content lower is steadier.
     *
     * @param video [3, F, H, W] in [-1, 1], two frames or more
     */
    public static double change(Tensor video) {
        if (video.dim() != 4 || video.size(1) < 2) {
            throw new IllegalArgumentException(
                    "fidelity: video = " + video.describe() + " (expected: [3, F, H, W] with two frames or more)");
        }
        try (TensorScope ignored = TensorScope.open("change")) {
            return Grad.off(
                    () -> changes(video.detach().to(DType.FP64)).abs().mean().item() * LEVELS / RANGE);
        }
    }

    /** Ten times the decimal logarithm of the squared range over the mean squared error. */
    public static double psnr(double meanSquaredError, double range) {
        return 10 * Math.log10(range * range / meanSquaredError);
    }

    private static Tensor changes(Tensor x) {
        long n = x.size(1) - 1;
        return x.narrow(1, 1, n).sub(x.narrow(1, 0, n));
    }

    private static void require(Tensor a, Tensor b) {
        if (a.dim() != 4 || !Arrays.equals(a.shape(), b.shape())) {
            throw new IllegalArgumentException("fidelity: video = " + b.describe()
                    + " (expected: [3, F, H, W], as the reference, " + a.describe() + ")");
        }
    }

    /** The mean over clips of each measure; those that are infinite, of clips without any error, are not in it. */
    public static Fidelity mean(List<Fidelity> of) {
        return new Fidelity(
                mean(of, Fidelity::psnr),
                mean(of, Fidelity::ssim),
                mean(of, Fidelity::temporalPsnr),
                mean(of, Fidelity::flicker));
    }

    private static double mean(List<Fidelity> of, ToDoubleFunction<Fidelity> what) {
        double[] all = of.stream().mapToDouble(what).toArray();
        return Arrays.stream(all)
                .filter(v -> !Double.isInfinite(v))
                .average()
                .orElse(all.length == 0 ? Double.NaN : all[0]);
    }
}
