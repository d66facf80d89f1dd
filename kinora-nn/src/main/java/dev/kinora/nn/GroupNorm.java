package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;

/** Normalises each group of channels over its channels and all positions, then scales and shifts each channel. */
public final class GroupNorm {
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

    /** [B, C, …] to the same shape. */
    public Tensor forward(Tensor x) {
        return F.groupNorm(x, groups, weight.value(), bias.value(), eps);
    }
}
