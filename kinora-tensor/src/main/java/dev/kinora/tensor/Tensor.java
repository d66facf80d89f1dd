package dev.kinora.tensor;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.jspecify.annotations.Nullable;

/**
 * A libtorch tensor with torch's names for its operations. It belongs to one {@link TensorScope} and dies with it;
 * using it afterwards throws {@link IllegalStateException}. Methods ending in {@code _} change the tensor in place.
 * Dimensions count from the end when negative, as in torch.
 */
public final class Tensor extends TensorMath {
    Tensor(org.bytedeco.pytorch.Tensor handle, TensorScope scope) {
        super(handle, scope);
    }

    // ---- reductions

    /** Sum of all elements. */
    public Tensor sum() {
        return op("sum", () -> handle().sum());
    }

    /** Sum over these dimensions. */
    public Tensor sum(boolean keepDim, long... dims) {
        return op("sum", () -> {
            try (ScalarTypeOptional none = new ScalarTypeOptional()) {
                return handle().sum(dims, keepDim, none);
            }
        });
    }

    /** Mean of all elements. */
    public Tensor mean() {
        return op("mean", () -> handle().mean());
    }

    /** Mean over these dimensions. */
    public Tensor mean(boolean keepDim, long... dims) {
        return op("mean", () -> {
            try (ScalarTypeOptional none = new ScalarTypeOptional()) {
                return handle().mean(dims, keepDim, none);
            }
        });
    }

    /** Variance over these dimensions, without Bessel correction. */
    public Tensor var(boolean keepDim, long... dims) {
        return op("var", () -> handle().var(dims, false, keepDim));
    }

    /** Largest element over these dimensions. */
    public Tensor amax(boolean keepDim, long... dims) {
        return op("amax", () -> handle().amax(dims, keepDim));
    }

    /** Smallest element over these dimensions. */
    public Tensor amin(boolean keepDim, long... dims) {
        return op("amin", () -> handle().amin(dims, keepDim));
    }

    /** Largest element of all. */
    public Tensor max() {
        return op("max", () -> handle().max());
    }

    /** Smallest element of all. */
    public Tensor min() {
        return op("min", () -> handle().min());
    }

    /** Index of the largest element along {@code dim}. */
    public Tensor argmax(int dim) {
        return op("argmax", () -> {
            try (LongOptional d = Native.optional(dim)) {
                return handle().argmax(d, false);
            }
        });
    }

    /** Running sum along {@code dim}. */
    public Tensor cumsum(int dim) {
        return op("cumsum", () -> handle().cumsum(dim));
    }

    /** Running product along {@code dim}. */
    public Tensor cumprod(int dim) {
        return op("cumprod", () -> handle().cumprod(dim));
    }

    /** Whether all elements are true. */
    public Tensor all() {
        return op("all", () -> handle().all());
    }

    /** Whether any element is true. */
    public Tensor any() {
        return op("any", () -> handle().any());
    }

    /** Euclidean norm of all elements. */
    public Tensor norm() {
        return op("norm", () -> handle().norm());
    }

    /** Softmax along {@code dim}. */
    public Tensor softmax(int dim) {
        return op("softmax", () -> handle().softmax(dim));
    }

    // ---- in place

    /** Values copied from {@code source}, which is broadcast and converted. Returns this. */
    public Tensor copy_(Tensor source) {
        return inPlace("copy_", () -> handle().copy_(source.handle()), source);
    }

    /** Every element set to {@code value}. */
    public Tensor fill_(double value) {
        return scalarInPlace("fill_", value, s -> handle().fill_(s));
    }

    /** Every element set to zero. Returns this. */
    public Tensor zero_() {
        return inPlace("zero_", () -> handle().zero_());
    }

    // ---- autograd

    /** Whether autograd records operations on this tensor. */
    public boolean requiresGrad() {
        return handle().requires_grad();
    }

    /** Makes autograd record operations on this leaf. Returns this. */
    public Tensor requiresGrad_(boolean required) {
        Native.call("requires_grad_", () -> handle().set_requires_grad(required), this);
        return this;
    }

    /** The accumulated gradient, or null where there is none. */
    public @Nullable Tensor grad() {
        try (org.bytedeco.pytorch.Tensor g = handle().grad()) {
            return g.defined() ? op("grad", () -> new org.bytedeco.pytorch.Tensor(g)) : null;
        }
    }

    /** Makes backward add this leaf's gradient to the values of {@code gradient}, which has the leaf's shape and type. */
    public void setGrad(Tensor gradient) {
        Native.call(
                "set_grad",
                () -> {
                    try (org.bytedeco.pytorch.Tensor g = handle().mutable_grad()) {
                        g.put(gradient.handle());
                    }
                },
                this,
                gradient);
    }

    /** Forgets the gradient, so that the next backward starts from none. */
    public void clearGrad() {
        try (org.bytedeco.pytorch.Tensor g = handle().mutable_grad()) {
            g.reset();
        }
    }

    /** Accumulates gradients of this scalar into every leaf it depends on. */
    public void backward() {
        Native.call("backward", () -> handle().backward(), this);
    }
}
