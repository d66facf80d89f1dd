package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Normalises the last dimension to zero mean and unit variance, then scales and shifts it if affine. */
public final class LayerNorm {
    private final @Nullable Parameter weight; // [width]
    private final @Nullable Parameter bias; // [width]
    private final long[] shape;
    private final double eps;

    LayerNorm(Names at, long width, double eps, boolean affine) {
        this.weight = affine ? at.parameter("weight", Init.ONES, width) : null;
        this.bias = affine ? at.parameter("bias", Init.ZEROS, width) : null;
        this.shape = new long[] {width};
        this.eps = eps;
    }

    /** [..., width] to [..., width]. */
    public Tensor forward(Tensor x) {
        return F.layerNorm(x, shape, weight == null ? null : weight.value(), bias == null ? null : bias.value(), eps);
    }
}
