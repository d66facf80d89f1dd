package dev.kinora.nn;

import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** {@code y = x W^T + b}, plus whatever adapters (LoRA) are attached. */
public final class Linear {
    private final Parameter weight; // [out, in]
    private final @Nullable Parameter bias; // [out]
    private final List<UnaryOperator<Tensor>> adapters = new CopyOnWriteArrayList<>();

    Linear(Names at, long in, long out, boolean hasBias) {
        weight = at.parameter("weight", Init.fanIn(in), out, in);
        bias = hasBias ? at.parameter("bias", Init.fanIn(in), out) : null;
    }

    /** The weight, [out, in]. */
    public Parameter weight() {
        return weight;
    }

    /** The bias, [out], if there is one. */
    public @Nullable Parameter bias() {
        return bias;
    }

    /** Adds {@code adapter(x)}, [..., out], to the output of every forward until detached. */
    public void attach(UnaryOperator<Tensor> adapter) {
        adapters.add(adapter);
    }

    /** Takes an adapter off again. */
    public void detach(UnaryOperator<Tensor> adapter) {
        adapters.remove(adapter);
    }

    /** [..., in] to [..., out]. */
    public Tensor forward(Tensor x) {
        Tensor y = F.linear(x, weight.value(), bias == null ? null : bias.value());
        for (UnaryOperator<Tensor> adapter : adapters) {
            y = y.add(adapter.apply(x));
        }
        return y;
    }
}
