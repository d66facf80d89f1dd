package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;

/** 2D convolution with a square kernel and zero padding. */
public final class Conv2d {
    private final Parameter weight; // [out, in, k, k]
    private final Parameter bias; // [out]
    private final long[] stride;
    private final long[] padding;

    Conv2d(Names at, long in, long out, long kernel, long stride, long padding) {
        this.weight = at.parameter("weight", Init.fanIn(in * kernel * kernel), out, in, kernel, kernel);
        this.bias = at.parameter("bias", Init.fanIn(in * kernel * kernel), out);
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
    }

    /** [B, in, H, W] to [B, out, H', W']. */
    public Tensor forward(Tensor x) {
        return F.conv2d(x, weight.value(), bias.value(), stride, padding);
    }
}
