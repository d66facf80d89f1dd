package dev.kinora.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Makes tensors: from values, from memory, from ranges, and from other tensors. All on the CPU unless said. */
public final class Tensors {
    private Tensors() {}

    /** Uninitialised memory. */
    public static Tensor empty(DType dtype, long... shape) {
        return empty(dtype, Device.CPU, shape);
    }

    /** Uninitialised memory on a device. */
    public static Tensor empty(DType dtype, Device device, long... shape) {
        return Native.op("empty", () -> {
            try (TensorOptions o = Native.options(dtype, device);
                    MemoryFormatOptional none = new MemoryFormatOptional()) {
                return torch.torch_empty(shape, o, none);
            }
        });
    }

    /** Zeros. */
    public static Tensor zeros(DType dtype, long... shape) {
        return zeros(dtype, Device.CPU, shape);
    }

    /** Zeros on a device. */
    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return Native.op("zeros", () -> {
            try (TensorOptions o = Native.options(dtype, device)) {
                return torch.torch_zeros(shape, o);
            }
        });
    }

    /** Ones. */
    public static Tensor ones(DType dtype, long... shape) {
        return full(1, dtype, shape);
    }

    /** One value everywhere. */
    public static Tensor full(double value, DType dtype, long... shape) {
        return Native.op("full", () -> {
            try (TensorOptions o = Native.options(dtype, Device.CPU);
                    Scalar s = Native.scalar(value, dtype)) {
                return torch.torch_full(shape, s, o);
            }
        });
    }

    /** A tensor of zeros with the shape, type and device of another. */
    public static Tensor zerosLike(Tensor other) {
        return Native.op("zeros_like", () -> torch.zeros_like(other.handle()), other);
    }

    /** A tensor of ones with the shape, type and device of another. */
    public static Tensor onesLike(Tensor other) {
        return Native.op("ones_like", () -> torch.ones_like(other.handle()), other);
    }

    /** Uninitialised memory with the shape, type and device of another. */
    public static Tensor emptyLike(Tensor other) {
        return Native.op("empty_like", () -> torch.empty_like(other.handle()), other);
    }

    /** A scalar tensor (no dimensions). */
    public static Tensor scalar(double value, DType dtype) {
        return full(value, dtype);
    }

    /** Values start, start + 1, … below end: [end - start]. */
    public static Tensor arange(long start, long end, DType dtype) {
        return Native.op("arange", () -> {
            try (TensorOptions o = Native.options(dtype, Device.CPU);
                    Scalar a = new Scalar(start);
                    Scalar b = new Scalar(end)) {
                return torch.torch_arange(a, b, o);
            }
        });
    }

    /** {@code steps} values from start to end, both included. */
    public static Tensor linspace(double start, double end, long steps, DType dtype) {
        return Native.op("linspace", () -> {
            try (TensorOptions o = Native.options(dtype, Device.CPU);
                    Scalar a = new Scalar(start);
                    Scalar b = new Scalar(end)) {
                return torch.torch_linspace(a, b, steps, o);
            }
        });
    }

    /** fp32 values in row-major order. */
    public static Tensor of(float[] values, long... shape) {
        return filled(
                MemorySegment.ofArray(values), DType.FP32, shape.length == 0 ? new long[] {values.length} : shape);
    }

    /** fp64 values in row-major order. */
    public static Tensor of(double[] values, long... shape) {
        return filled(
                MemorySegment.ofArray(values), DType.FP64, shape.length == 0 ? new long[] {values.length} : shape);
    }

    /** int64 values in row-major order. */
    public static Tensor of(long[] values, long... shape) {
        return filled(
                MemorySegment.ofArray(values), DType.INT64, shape.length == 0 ? new long[] {values.length} : shape);
    }

    /** uint8 values in row-major order. */
    public static Tensor of(byte[] values, long... shape) {
        return filled(
                MemorySegment.ofArray(values), DType.UINT8, shape.length == 0 ? new long[] {values.length} : shape);
    }

    /**
     * A copy of raw little-endian values.
     *
     * @throws IllegalArgumentException if the segment's size is not that of the shape
     */
    public static Tensor copyOf(MemorySegment values, DType dtype, long... shape) {
        return filled(values, dtype, shape);
    }

    private static Tensor filled(MemorySegment values, DType dtype, long[] shape) {
        requireSize(values, dtype, shape);
        Tensor t = empty(dtype, shape);
        if (values.byteSize() > 0) {
            t.segment().copyFrom(values);
        }
        return t;
    }

    /**
     * A tensor over memory that somebody else owns, without a copy; the segment must be native, outlive the tensor and
     * every view of it, and may be read-only (an in-place operation on it would then crash).
     *
     * @throws IllegalArgumentException if the segment's size is not that of the shape
     */
    public static Tensor fromSegment(MemorySegment memory, DType dtype, long... shape) {
        requireSize(memory, dtype, shape);
        if (memory.byteSize() == 0) {
            return empty(dtype, shape);
        }
        return Native.op("from_blob", () -> {
                    try (TensorOptions o = Native.options(dtype, Device.CPU)) {
                        return torch.from_blob(new Native.Address(memory.address()), shape, o);
                    }
                })
                .keeping(memory);
    }

    private static void requireSize(MemorySegment memory, DType dtype, long[] shape) {
        long bytes = dtype.bytes();
        for (long s : shape) {
            bytes = Math.multiplyExact(bytes, s);
        }
        if (memory.byteSize() != bytes) {
            throw new IllegalArgumentException("Tensors: bytes = " + memory.byteSize() + " (expected: " + bytes
                    + " for " + java.util.Arrays.toString(shape) + " of " + dtype + ")");
        }
    }

    /** Joined along an existing dimension. */
    public static Tensor cat(int dim, Tensor... parts) {
        return Native.op(
                "cat",
                () -> {
                    try (TensorVector v = Native.vector(parts)) {
                        return torch.cat(v, dim);
                    }
                },
                parts);
    }

    /** Joined along an existing dimension. */
    public static Tensor cat(int dim, List<Tensor> parts) {
        return cat(dim, parts.toArray(Tensor[]::new));
    }

    /** Joined along a new dimension. */
    public static Tensor stack(int dim, Tensor... parts) {
        return Native.op(
                "stack",
                () -> {
                    try (TensorVector v = Native.vector(parts)) {
                        return torch.stack(v, dim);
                    }
                },
                parts);
    }

    /** {@code a} where the condition holds, else {@code b}. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Native.op("where", () -> torch.where(condition.handle(), a.handle(), b.handle()), condition, a, b);
    }
}
