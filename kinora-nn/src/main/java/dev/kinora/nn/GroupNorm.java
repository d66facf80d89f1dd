package dev.kinora.nn;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.List;

/** Normalises each group of channels over its channels and all positions, then scales and shifts each channel. */
public final class GroupNorm {
    /** Elements whose moments are taken at a time: few enough for the caches. */
    private static final long CHUNK = 1 << 20;

    private final Parameter weight; // [C]
    private final Parameter bias; // [C]
    private final int groups;
    private final double eps;

    GroupNorm(Names at, int groups, long channels, double eps) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(at.path("norm_num_groups") + ": groups = " + groups
                    + " (expected: a divisor of " + channels + " channels)");
        }
        this.weight = at.parameter("weight", Init.ONES, channels);
        this.bias = at.parameter("bias", Init.ZEROS, channels);
        this.groups = groups;
        this.eps = eps;
    }

    /**
     * The norm of one clip as a scale and a shift per channel, fp32 [C]: for those who want to apply it where the values
     * are read anyway. Statistics are over each group's channels and all positions. Not recorded by autograd.
     *
     * @param clip [T, H, W, C], any strides
     */
    public Folded fold(Tensor clip) {
        return TensorScope.compute(() -> {
            long c = clip.size(3);
            long perGroup = c / groups;
            Tensor pivot =
                    clip.select(0, 0).select(0, 0).to(DType.FP32).mean(false, 0); // [C], so that squares stay small
            Tensor sum = Tensors.zeros(DType.FP64, c);
            Tensor squares = Tensors.zeros(DType.FP64, c);
            long rows = Math.max(1, CHUNK / (clip.size(2) * c));
            for (long t = 0; t < clip.size(0); t++) {
                Tensor frame = clip.select(0, t);
                for (long y = 0; y < frame.size(0); y += rows) {
                    Tensor part = frame.narrow(0, y, Math.min(rows, frame.size(0) - y));
                    TensorScope.run("moments", () -> {
                        Tensor d = part.sub(pivot); // [rows, W, C]
                        sum.add_(d.sum(false, 0, 1));
                        squares.add_(d.mul_(d).sum(false, 0, 1));
                    });
                }
            }
            double n = (double) clip.numel() / c;
            Tensor off = sum.div(n); // of each channel's mean from its pivot
            Tensor means = pivot.to(DType.FP64).add(off); // [C]
            Tensor mean = means.view(groups, perGroup).mean(true, 1); // [G, 1]
            Tensor variance = squares.div(n)
                    .sub(off.square())
                    .add(means.view(groups, perGroup).sub(mean).square().reshape(c))
                    .view(groups, perGroup)
                    .mean(true, 1);
            Tensor scale =
                    variance.add(eps).rsqrt().mul(weight.value().to(DType.FP64).view(groups, perGroup)); // [G, C/G]
            Tensor shift = bias.value().to(DType.FP64).view(groups, perGroup).sub(scale.mul(mean));
            return new Folded(
                    scale.to(DType.FP32).reshape(c), shift.to(DType.FP32).reshape(c));
        });
    }

    /**
     * A norm folded: {@code x · scale + shift}, both [C].
     *
     * @param scale reciprocal deviation times the weight
     * @param shift the bias less what the scaled mean takes
     */
    public record Folded(Tensor scale, Tensor shift) implements TensorBundle {
        @Override
        public List<Tensor> tensors() {
            return List.of(scale, shift);
        }
    }

    /** [B, C, …] to the same shape. */
    public Tensor forward(Tensor x) {
        return F.groupNorm(x, groups, weight.value(), bias.value(), eps);
    }

    /** Groups of channels. */
    public int groups() {
        return groups;
    }

    /**
     * The norm by statistics from elsewhere: of a clip of which {@code x} is a part.
     *
     * @param x [B, C, …]
     * @param mean [B, G], fp32
     * @param variance [B, G], fp32
     */
    public Tensor forward(Tensor x, Tensor mean, Tensor variance) {
        long b = x.size(0);
        long c = x.size(1);
        Tensor centred = x.to(DType.FP32).reshape(b, groups, -1).sub(mean.unsqueeze(2)); // [B, G, n]
        Tensor normed = centred.mul(variance.add(eps).rsqrt().unsqueeze(2)).view(b, c, -1); // [B, C, n / C]
        return normed.mul(weight.value().view(1, c, 1))
                .add(bias.value().view(1, c, 1))
                .view(x.shape())
                .to(x.dtype());
    }
}
