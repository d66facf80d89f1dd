package dev.kinora.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;

/** What a {@link Tensor} is before it computes: a native handle, the scope that ends it, its shape and its values. */
abstract sealed class TensorMemory permits TensorShape {
    private org.bytedeco.pytorch.@Nullable Tensor handle;
    private TensorScope scope;
    private @Nullable String name;
    private final @Nullable Throwable birthplace;
    private long @Nullable [] shape;
    /** Borrowed memory stays reachable as long as the tensor does. */
    @SuppressWarnings("UnusedVariable")
    private @Nullable Object keepAlive;

    TensorMemory(org.bytedeco.pytorch.Tensor handle, TensorScope scope) {
        this.handle = handle;
        this.scope = scope;
        this.birthplace = TensorScope.DEBUG ? new Throwable("born here") : null;
        TensorScope.born();
        scope.add(self());
    }

    final Tensor self() {
        return (Tensor) this;
    }

    // ---- lifetime

    org.bytedeco.pytorch.Tensor handle() {
        org.bytedeco.pytorch.Tensor h = handle;
        if (h == null) {
            throw closed();
        }
        return h;
    }

    void requireOpen() {
        if (handle == null) {
            throw closed();
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException(
                "Tensor " + (name == null ? "" : name + " ") + (shape == null ? "" : Arrays.toString(shape) + " ")
                        + "of scope " + scope.name()
                        + " = closed (expected: used before its scope ends; return it through TensorScope.compute)",
                birthplace);
    }

    TensorScope scope() {
        return scope;
    }

    void moveTo(TensorScope to) {
        scope = to;
    }

    /** Whether the tensor's scope has ended or {@link #release} was called. */
    public boolean isClosed() {
        return handle == null;
    }

    /**
     * Ends this tensor now instead of with its scope: for loops whose peak memory matters. Views of it stay valid.
     * Releasing twice does nothing.
     */
    public void release() {
        org.bytedeco.pytorch.Tensor h = handle;
        if (h != null) {
            handle = null;
            keepAlive = null;
            h.deallocate();
            TensorScope.died();
        }
    }

    /** Names the tensor in messages. Returns this. */
    public Tensor named(String newName) {
        this.name = newName;
        return self();
    }

    Tensor keeping(Object owner) {
        this.keepAlive = owner;
        return self();
    }

    // ---- facts

    /** Sizes of all dimensions; a copy. */
    public long[] shape() {
        return sizes().clone();
    }

    private long[] sizes() {
        long[] s = shape;
        if (s == null) {
            org.bytedeco.pytorch.Tensor h = handle();
            s = new long[(int) h.dim()];
            for (int i = 0; i < s.length; i++) {
                s[i] = h.size(i);
            }
            shape = s;
        }
        return s;
    }

    /** Size of one dimension. */
    public long size(int dim) {
        long[] s = sizes();
        int d = dim < 0 ? dim + s.length : dim;
        if (d < 0 || d >= s.length) {
            throw new IllegalArgumentException(
                    "Tensor.size: dim = " + dim + " (expected: within " + s.length + " dimensions)");
        }
        return s[d];
    }

    /** Number of dimensions. */
    public int dim() {
        return sizes().length;
    }

    /** Number of elements. */
    public long numel() {
        long n = 1;
        for (long s : sizes()) {
            n *= s;
        }
        return n;
    }

    /** Element type. */
    public DType dtype() {
        return DType.of(handle().scalar_type());
    }

    /** Where the memory is. */
    public Device device() {
        if (handle().is_cpu()) {
            return Device.CPU;
        }
        try (org.bytedeco.pytorch.Device d = handle().device()) {
            return Device.cuda(d.index());
        }
    }

    /** Whether elements lie in memory in row-major order without gaps. */
    public boolean isContiguous() {
        return handle().is_contiguous();
    }

    /** Distance in elements between neighbours along a dimension. */
    public long stride(int dim) {
        return handle().stride(dim);
    }

    /** Name if any, dtype and shape: for messages. */
    public String describe() {
        return (name == null ? "" : name + " ")
                + (isClosed() ? "closed" : dtype().torchName())
                + (isClosed() && shape == null
                        ? ""
                        : Arrays.stream(sizes()).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]")));
    }

    @Override
    public String toString() {
        return "Tensor(" + describe() + ")";
    }

    // ---- values in and out

    /** The only element, as a double. */
    public double item() {
        if (numel() != 1) {
            throw new IllegalArgumentException("Tensor.item: shape = " + describe() + " (expected: one element)");
        }
        try (Scalar s = handle().item()) {
            return s.toDouble();
        }
    }

    /** The values in row-major order, converted to float. */
    public float[] toFloats() {
        return read(DType.FP32, s -> s.toArray(ValueLayout.JAVA_FLOAT));
    }

    /** The values in row-major order, converted to double. */
    public double[] toDoubles() {
        return read(DType.FP64, s -> s.toArray(ValueLayout.JAVA_DOUBLE));
    }

    /** The values in row-major order, converted to long. */
    public long[] toLongs() {
        return read(DType.INT64, s -> s.toArray(ValueLayout.JAVA_LONG));
    }

    /** The values in row-major order, converted to unsigned bytes. */
    public byte[] toBytes() {
        return read(DType.UINT8, s -> s.toArray(ValueLayout.JAVA_BYTE));
    }

    private <T> T read(DType as, Function<MemorySegment, T> body) {
        try (TensorScope ignored = TensorScope.open("read")) {
            return body.apply(self().detach().to(Device.CPU).to(as).contiguous().segment());
        }
    }

    /**
     * The tensor's own memory, without a copy. Valid while the tensor is open.
     *
     * @throws IllegalStateException if the tensor is not contiguous or not on the CPU
     */
    public MemorySegment segment() {
        if (!isContiguous() || !handle().is_cpu()) {
            throw new IllegalStateException("Tensor.segment: " + describe() + " (expected: contiguous and on the CPU)");
        }
        long bytes = numel() * dtype().bytes();
        return bytes == 0 ? MemorySegment.NULL : memory(bytes);
    }

    /** {@code bytes} of memory from the first element on, whatever the strides. */
    MemorySegment memory(long bytes) {
        try (Pointer p = handle().data_ptr()) {
            return MemorySegment.ofAddress(p.address()).reinterpret(bytes);
        }
    }
}
