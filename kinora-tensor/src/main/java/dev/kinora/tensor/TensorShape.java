package dev.kinora.tensor;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;

/** A {@link Tensor}'s type, place and shape in other forms, and how every operation reaches libtorch. */
abstract sealed class TensorShape extends TensorMemory permits TensorMath {
    TensorShape(org.bytedeco.pytorch.Tensor handle, TensorScope scope) {
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
        return Native.ops("split", () -> handle().split(size, dim), self());
    }

    /** Views of the given sizes along {@code dim}. */
    public Tensor[] split(long[] sizes, int dim) {
        return Native.ops("split", () -> handle().split(sizes, dim), self());
    }

    /** {@code chunks} views of equal size along {@code dim}. */
    public Tensor[] chunk(int chunks, int dim) {
        return Native.ops("chunk", () -> handle().chunk(chunks, dim), self());
    }

    // ---- calls into libtorch

    final Tensor op(String opName, Supplier<org.bytedeco.pytorch.Tensor> body, @Nullable Tensor... others) {
        Tensor[] inputs = new Tensor[others.length + 1];
        inputs[0] = self();
        System.arraycopy(others, 0, inputs, 1, others.length);
        return Native.op(opName, body, inputs);
    }

    final Tensor inPlace(String opName, Runnable body, @Nullable Tensor... others) {
        Tensor[] inputs = new Tensor[others.length + 1];
        inputs[0] = self();
        System.arraycopy(others, 0, inputs, 1, others.length);
        Native.call(opName, body, inputs);
        return self();
    }

    final Tensor scalarInPlace(String opName, double value, Consumer<Scalar> body) {
        return inPlace(opName, () -> {
            try (Scalar s = Native.scalar(value, dtype())) {
                body.accept(s);
            }
        });
    }

    final Tensor scalarOp(String opName, double value, Function<Scalar, org.bytedeco.pytorch.Tensor> body) {
        return op(opName, () -> {
            try (Scalar s = Native.scalar(value, dtype())) {
                return body.apply(s);
            }
        });
    }
}
