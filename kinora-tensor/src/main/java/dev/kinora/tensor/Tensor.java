package dev.kinora.tensor;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A libtorch tensor with torch's names for its operations. It belongs to one {@link TensorScope} and dies with it;
 * using it afterwards throws {@link IllegalStateException}. Methods ending in {@code _} change the tensor in place.
 * Dimensions count from the end when negative, as in torch.
 */
public final class Tensor extends TensorMemory {
    Tensor(org.bytedeco.pytorch.Tensor handle, TensorScope scope) {
        super(handle, scope);
    }

    // ---- type, place, layout

    /** Converted to this element type; the same memory if it has it already. */
    public Tensor to(DType dtype) {
        return op("to", () -> handle().to(dtype.scalarType()));
    }

    /** On this device; the same memory if it is there already. */
    public Tensor to(Device device) {
        return op("to", () -> {
            try (org.bytedeco.pytorch.Device d = device.torchDevice()) {
                return handle().to(d, handle().scalar_type());
            }
        });
    }

    /** The memory read as another type of the same width. */
    public Tensor viewAs(DType dtype) {
        return op("view", () -> handle().view(dtype.scalarType()));
    }

    /** Row-major without gaps; the same memory if it is so already. */
    public Tensor contiguous() {
        return op("contiguous", () -> handle().contiguous());
    }

    /** A copy with memory of its own. */
    public Tensor copy() {
        return op("clone", () -> handle().clone());
    }

    /** The same values, cut from the autograd graph. */
    public Tensor detach() {
        return op("detach", () -> handle().detach());
    }

    // ---- shape

    /** The same elements in another shape; one size may be -1. */
    public Tensor reshape(long... shape) {
        return op("reshape", () -> handle().reshape(shape));
    }

    /** The same memory in another shape. */
    public Tensor view(long... shape) {
        return op("view", () -> handle().view(shape));
    }

    /** Dimensions in another order. */
    public Tensor permute(long... dims) {
        return op("permute", () -> handle().permute(dims));
    }

    /** Two dimensions exchanged. */
    public Tensor transpose(int a, int b) {
        return op("transpose", () -> handle().transpose(a, b));
    }

    /** Dimensions {@code from} to {@code to} merged into one. */
    public Tensor flatten(int from, int to) {
        return op("flatten", () -> handle().flatten(from, to));
    }

    /** A dimension of size 1 inserted. */
    public Tensor unsqueeze(int dim) {
        return op("unsqueeze", () -> handle().unsqueeze(dim));
    }

    /** A dimension of size 1 removed. */
    public Tensor squeeze(int dim) {
        return op("squeeze", () -> handle().squeeze(new long[] {dim}));
    }

    /** Size-1 dimensions repeated without a copy; -1 keeps a size. */
    public Tensor expand(long... shape) {
        return op("expand", () -> handle().expand(shape));
    }

    /** Copies laid side by side along each dimension. */
    public Tensor repeat(long... times) {
        return op("repeat", () -> handle().repeat(times));
    }

    /** Each element repeated {@code times} times in a row along {@code dim}. */
    public Tensor repeatInterleave(long times, int dim) {
        return op("repeat_interleave", () -> {
            try (LongOptional d = Native.optional(dim);
                    LongOptional none = new LongOptional()) {
                return handle().repeat_interleave(times, d, none);
            }
        });
    }

    /** A view of {@code length} entries from {@code start} along {@code dim}. */
    public Tensor narrow(int dim, long start, long length) {
        return op("narrow", () -> handle().narrow(dim, start, length));
    }

    /** A view of entries {@code start} (inclusive) to {@code end} (exclusive) with a step, along {@code dim}. */
    public Tensor slice(int dim, long start, long end, long step) {
        return op("slice", () -> {
            try (LongOptional s = Native.optional(start);
                    LongOptional e = Native.optional(end)) {
                return handle().slice(dim, s, e, step);
            }
        });
    }

    /** One entry along {@code dim}, which disappears. */
    public Tensor select(int dim, long index) {
        return op("select", () -> handle().select(dim, index));
    }

    /** Entries chosen by an int64 index along {@code dim}. */
    public Tensor indexSelect(int dim, Tensor index) {
        return op("index_select", () -> handle().index_select(dim, index.handle()), index);
    }

    /** Values picked along {@code dim} by an index of the same rank. */
    public Tensor gather(int dim, Tensor index) {
        return op("gather", () -> handle().gather(dim, index.handle()), index);
    }

    /** Order reversed along these dimensions. */
    public Tensor flip(long... dims) {
        return op("flip", () -> handle().flip(dims));
    }

    /** Sliding windows along {@code dim}, appended as a last dimension. */
    public Tensor unfold(int dim, long size, long step) {
        return op("unfold", () -> handle().unfold(dim, size, step));
    }

    /** Views of at most {@code size} entries each along {@code dim}. */
    public Tensor[] split(long size, int dim) {
        return Native.ops("split", () -> handle().split(size, dim), this);
    }

    /** Views of the given sizes along {@code dim}. */
    public Tensor[] split(long[] sizes, int dim) {
        return Native.ops("split", () -> handle().split(sizes, dim), this);
    }

    /** {@code chunks} views of equal size along {@code dim}. */
    public Tensor[] chunk(int chunks, int dim) {
        return Native.ops("chunk", () -> handle().chunk(chunks, dim), this);
    }

    // ---- arithmetic

    /** Sum, with broadcasting. */
    public Tensor add(Tensor other) {
        return op("add", () -> handle().add(other.handle()), other);
    }

    /** Sum with a number. */
    public Tensor add(double value) {
        return scalarOp("add", value, s -> handle().add(s));
    }

    /** Sum, in place. Returns this. */
    public Tensor add_(Tensor other) {
        return inPlace("add_", () -> handle().add_(other.handle()), other);
    }

    /** Sum with a number, in place. */
    public Tensor add_(double value) {
        return scalarInPlace("add_", value, s -> handle().add_(s));
    }

    /** Difference, with broadcasting. */
    public Tensor sub(Tensor other) {
        return op("sub", () -> handle().sub(other.handle()), other);
    }

    /** Difference with a number. */
    public Tensor sub(double value) {
        return scalarOp("sub", value, s -> handle().sub(s));
    }

    /** Difference, in place. Returns this. */
    public Tensor sub_(Tensor other) {
        return inPlace("sub_", () -> handle().sub_(other.handle()), other);
    }

    /** Difference with a number, in place. */
    public Tensor sub_(double value) {
        return scalarInPlace("sub_", value, s -> handle().sub_(s));
    }

    /** Product, with broadcasting. */
    public Tensor mul(Tensor other) {
        return op("mul", () -> handle().mul(other.handle()), other);
    }

    /** Product with a number. */
    public Tensor mul(double value) {
        return scalarOp("mul", value, s -> handle().mul(s));
    }

    /** Product, in place. Returns this. */
    public Tensor mul_(Tensor other) {
        return inPlace("mul_", () -> handle().mul_(other.handle()), other);
    }

    /** Product with a number, in place. */
    public Tensor mul_(double value) {
        return scalarInPlace("mul_", value, s -> handle().mul_(s));
    }

    /** Quotient, with broadcasting. */
    public Tensor div(Tensor other) {
        return op("div", () -> handle().div(other.handle()), other);
    }

    /** Quotient with a number. */
    public Tensor div(double value) {
        return scalarOp("div", value, s -> handle().div(s));
    }

    /** Quotient, in place. Returns this. */
    public Tensor div_(Tensor other) {
        return inPlace("div_", () -> handle().div_(other.handle()), other);
    }

    /** Quotient with a number, in place. */
    public Tensor div_(double value) {
        return scalarInPlace("div_", value, s -> handle().div_(s));
    }

    /** {@code this + a * b}. */
    public Tensor addcmul(Tensor a, Tensor b) {
        return op("addcmul", () -> handle().addcmul(a.handle(), b.handle()), a, b);
    }

    /** {@code this + weight * (end - this)}. */
    public Tensor lerp(Tensor end, double weight) {
        return op(
                "lerp",
                () -> {
                    try (Scalar w = new Scalar(weight)) {
                        return handle().lerp(end.handle(), w);
                    }
                },
                end);
    }

    /** {@code this + weight * (end - this)}, in place. Returns this. */
    public Tensor lerp_(Tensor end, double weight) {
        return inPlace(
                "lerp_",
                () -> {
                    try (Scalar w = new Scalar(weight)) {
                        handle().lerp_(end.handle(), w);
                    }
                },
                end);
    }

    /** Raised to a power. */
    public Tensor pow(double exponent) {
        return scalarOp("pow", exponent, s -> handle().pow(s));
    }

    /** Raised to the power of each element of {@code exponent}, with broadcasting. */
    public Tensor pow(Tensor exponent) {
        return op("pow", () -> handle().pow(exponent.handle()), exponent);
    }

    /** Negated. */
    public Tensor neg() {
        return op("neg", () -> handle().neg());
    }

    /** Absolute value. */
    public Tensor abs() {
        return op("abs", () -> handle().abs());
    }

    /** e to the power of each element. */
    public Tensor exp() {
        return op("exp", () -> handle().exp());
    }

    /** Natural logarithm. */
    public Tensor log() {
        return op("log", () -> handle().log());
    }

    /** Square root. */
    public Tensor sqrt() {
        return op("sqrt", () -> handle().sqrt());
    }

    /** Reciprocal square root. */
    public Tensor rsqrt() {
        return op("rsqrt", () -> handle().rsqrt());
    }

    /** One over each element. */
    public Tensor reciprocal() {
        return op("reciprocal", () -> handle().reciprocal());
    }

    /** Sine. */
    public Tensor sin() {
        return op("sin", () -> handle().sin());
    }

    /** Cosine. */
    public Tensor cos() {
        return op("cos", () -> handle().cos());
    }

    /** Hyperbolic tangent. */
    public Tensor tanh() {
        return op("tanh", () -> handle().tanh());
    }

    /** Logistic function. */
    public Tensor sigmoid() {
        return op("sigmoid", () -> handle().sigmoid());
    }

    /** Rounded to the nearest integer, halves to even. */
    public Tensor round() {
        return op("round", () -> handle().round());
    }

    /** Rounded down. */
    public Tensor floor() {
        return op("floor", () -> handle().floor());
    }

    /** Rounded up. */
    public Tensor ceil() {
        return op("ceil", () -> handle().ceil());
    }

    /** Squared. */
    public Tensor square() {
        return op("square", () -> handle().square());
    }

    /** e to the power of each element, less one. */
    public Tensor expm1() {
        return op("expm1", () -> handle().expm1());
    }

    /** Zero where negative. */
    public Tensor relu() {
        return op("relu", () -> handle().relu());
    }

    /** Whether each element is neither infinite nor NaN. */
    public Tensor isFinite() {
        return op("isfinite", () -> handle().isfinite());
    }

    /** Negation of a boolean tensor. */
    public Tensor logicalNot() {
        return op("logical_not", () -> handle().logical_not());
    }

    /** Limited to [min, max]. */
    public Tensor clamp(double min, double max) {
        return op("clamp", () -> {
            try (Scalar lo = Native.scalar(min, dtype());
                    Scalar hi = Native.scalar(max, dtype());
                    ScalarOptional l = new ScalarOptional(lo);
                    ScalarOptional h = new ScalarOptional(hi)) {
                return handle().clamp(l, h);
            }
        });
    }

    /** Element-wise maximum. */
    public Tensor maximum(Tensor other) {
        return op("maximum", () -> handle().maximum(other.handle()), other);
    }

    /** Element-wise minimum. */
    public Tensor minimum(Tensor other) {
        return op("minimum", () -> handle().minimum(other.handle()), other);
    }

    /** Matrix product, batched with broadcasting. */
    public Tensor matmul(Tensor other) {
        return op("matmul", () -> handle().matmul(other.handle()), other);
    }

    /** Batched matrix product of [B, N, K] and [B, K, M]. */
    public Tensor bmm(Tensor other) {
        return op("bmm", () -> handle().bmm(other.handle()), other);
    }

    /** {@code a @ b + this}, the receiver being the bias. */
    public Tensor addmm(Tensor a, Tensor b) {
        return op("addmm", () -> handle().addmm(a.handle(), b.handle()), a, b);
    }

    // ---- comparison

    /** Whether equal, element by element. */
    public Tensor eq(double value) {
        return scalarOp("eq", value, s -> handle().eq(s));
    }

    /** Whether equal, element by element. */
    public Tensor eq(Tensor other) {
        return op("eq", () -> handle().eq(other.handle()), other);
    }

    /** Whether different, element by element. */
    public Tensor ne(double value) {
        return scalarOp("ne", value, s -> handle().ne(s));
    }

    /** Whether different, element by element. */
    public Tensor ne(Tensor other) {
        return op("ne", () -> handle().ne(other.handle()), other);
    }

    /** Whether less, element by element. */
    public Tensor lt(double value) {
        return scalarOp("lt", value, s -> handle().lt(s));
    }

    /** Whether less, element by element. */
    public Tensor lt(Tensor other) {
        return op("lt", () -> handle().lt(other.handle()), other);
    }

    /** Whether less or equal, element by element. */
    public Tensor le(double value) {
        return scalarOp("le", value, s -> handle().le(s));
    }

    /** Whether less or equal, element by element. */
    public Tensor le(Tensor other) {
        return op("le", () -> handle().le(other.handle()), other);
    }

    /** Whether greater, element by element. */
    public Tensor gt(double value) {
        return scalarOp("gt", value, s -> handle().gt(s));
    }

    /** Whether greater, element by element. */
    public Tensor gt(Tensor other) {
        return op("gt", () -> handle().gt(other.handle()), other);
    }

    /** Whether greater or equal, element by element. */
    public Tensor ge(double value) {
        return scalarOp("ge", value, s -> handle().ge(s));
    }

    /** Whether greater or equal, element by element. */
    public Tensor ge(Tensor other) {
        return op("ge", () -> handle().ge(other.handle()), other);
    }

    /** {@code value} where {@code mask} is true, else the element. */
    public Tensor maskedFill(Tensor mask, double value) {
        return scalarOp("masked_fill", value, s -> handle().masked_fill(mask.handle(), s));
    }

    /** Whether shape, dtype and every element are the same. */
    public boolean equalTo(Tensor other) {
        return Arrays.equals(shape(), other.shape())
                && dtype() == other.dtype()
                && torch.equal(handle(), other.handle());
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

    private Tensor op(String opName, Supplier<org.bytedeco.pytorch.Tensor> body, @Nullable Tensor... others) {
        Tensor[] inputs = new Tensor[others.length + 1];
        inputs[0] = this;
        System.arraycopy(others, 0, inputs, 1, others.length);
        return Native.op(opName, body, inputs);
    }

    private Tensor inPlace(String opName, Runnable body, @Nullable Tensor... others) {
        Tensor[] inputs = new Tensor[others.length + 1];
        inputs[0] = this;
        System.arraycopy(others, 0, inputs, 1, others.length);
        Native.call(opName, body, inputs);
        return this;
    }

    private Tensor scalarInPlace(String opName, double value, Consumer<Scalar> body) {
        return inPlace(opName, () -> {
            try (Scalar s = Native.scalar(value, dtype())) {
                body.accept(s);
            }
        });
    }

    private Tensor scalarOp(String opName, double value, Function<Scalar, org.bytedeco.pytorch.Tensor> body) {
        return op(opName, () -> {
            try (Scalar s = Native.scalar(value, dtype())) {
                return body.apply(s);
            }
        });
    }
}
