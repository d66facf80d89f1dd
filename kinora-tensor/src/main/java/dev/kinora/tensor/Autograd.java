package dev.kinora.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Gradients asked for by name, beside {@link Tensor#backward()} which puts them into the leaves. */
public final class Autograd {
    private Autograd() {}

    /**
     * The gradient of a scalar with respect to each of {@code inputs}; leaves' own gradients stay as they are.
     *
     * @param output a scalar that depends on every input
     * @param retainGraph whether {@code output} shall be gone through again later
     * @param createGraph whether the gradients themselves shall be differentiable
     * @return one tensor an input, of its shape
     */
    public static List<Tensor> gradients(Tensor output, List<Tensor> inputs, boolean retainGraph, boolean createGraph) {
        return List.of(Native.ops(
                "autograd.grad",
                () -> {
                    try (TensorVector outputs = Native.vector(output);
                            TensorVector in = Native.vector(inputs.toArray(Tensor[]::new));
                            TensorVector none = new TensorVector();
                            BoolOptional retain = new BoolOptional(retainGraph)) {
                        return torch.grad(outputs, in, none, retain, createGraph, false);
                    }
                },
                output));
    }

    /**
     * Goes back from several tensors at once, each with the gradient that came to it from elsewhere.
     *
     * @param gradients one an output, of its shape; null for a scalar whose gradient is 1
     */
    public static void backward(List<Tensor> outputs, List<@Nullable Tensor> gradients) {
        List<Tensor> given = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            Tensor g = gradients.get(i);
            given.add(g == null ? Tensors.onesLike(outputs.get(i)) : g);
        }
        Native.call(
                "autograd.backward",
                () -> {
                    try (TensorVector out = Native.vector(outputs.toArray(Tensor[]::new));
                            TensorVector grads = Native.vector(given.toArray(Tensor[]::new));
                            TensorVector none = new TensorVector();
                            BoolOptional retain = new BoolOptional(false)) {
                        torch.backward(out, grads, retain, false, none);
                    }
                },
                outputs.toArray(Tensor[]::new));
    }
}
