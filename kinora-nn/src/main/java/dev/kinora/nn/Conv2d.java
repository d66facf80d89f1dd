package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** 2D convolution with a square kernel and zero padding, plus whatever adapters (LoRA) are attached. */
public final class Conv2d {
    private final Parameter weight; // [out, in, k, k]
    private final @Nullable Parameter bias; // [out]
    private final long[] stride;
    private final long[] padding;
    private final List<UnaryOperator<Tensor>> adapters = new CopyOnWriteArrayList<>();

    Conv2d(Names at, long in, long out, long kernel, long stride, long padding, boolean hasBias) {
        this.weight = at.parameter("weight", Init.fanIn(in * kernel * kernel), out, in, kernel, kernel);
        this.bias = hasBias ? at.parameter("bias", Init.fanIn(in * kernel * kernel), out) : null;
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {padding, padding};
    }

    /** The weight, [out, in, k, k]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, [out], if there is one. */
    public @Nullable Parameter bias() {
        return bias;
    }

    /** Step in rows and columns. */
    public long[] stride() {
        return stride.clone();
    }

    /** Zero padding of rows and columns, on both sides. */
    public long[] padding() {
        return padding.clone();
    }

    /** Adds {@code adapter(x)}, [B, out, H', W'], to the output of every forward until detached. */
    public void attach(UnaryOperator<Tensor> adapter) {
        adapters.add(adapter);
    }

    /** Takes an adapter off again. */
    public void detach(UnaryOperator<Tensor> adapter) {
        adapters.remove(adapter);
    }

    /** [B, in, H, W] to [B, out, H', W']. */
    public Tensor forward(Tensor x) {
        Tensor y = F.conv2d(x, weight.value(), bias == null ? null : bias.value(), stride, padding);
        for (UnaryOperator<Tensor> adapter : adapters) {
            y = y.add(adapter.apply(x));
        }
        return y;
    }
}
