package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;

/** 3D convolution; padding is given with the input. */
public final class Conv3d {
    private final Parameter weight; // [out, in, kt, kh, kw]
    private final Parameter bias; // [out]
    private final long[] stride;

    Conv3d(Names at, long in, long out, long[] kernel, long[] stride) {
        long fanIn = in * kernel[0] * kernel[1] * kernel[2];
        this.weight = at.parameter("weight", Init.fanIn(fanIn), out, in, kernel[0], kernel[1], kernel[2]);
        this.bias = at.parameter("bias", Init.fanIn(fanIn), out);
        this.stride = stride.clone();
    }

    /** The weight, [out, in, kt, kh, kw]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, [out]. */
    public Parameter bias() {
        return bias;
    }

    /** [B, in, T, H, W] to [B, out, T', H', W'], zero padding of (t, h, w) on both sides. */
    public Tensor forward(Tensor x, long padT, long padH, long padW) {
        return F.conv3d(x, weight.value(), bias.value(), stride, new long[] {padT, padH, padW});
    }
}
