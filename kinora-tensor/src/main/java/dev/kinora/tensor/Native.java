package dev.kinora.tensor;

import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LayoutOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/** The narrow bridge to the binding: argument conversion and error translation. */
final class Native {
    private Native() {}

    /** Runs one libtorch operation and puts its result in the open scope. */
    static Tensor op(String name, Supplier<org.bytedeco.pytorch.Tensor> body, @Nullable Tensor... inputs) {
        TensorScope scope = TensorScope.current();
        try {
            return new Tensor(body.get(), scope);
        } catch (RuntimeException e) {
            throw translate(name, e, inputs);
        }
    }

    static Tensor[] ops(String name, Supplier<TensorVector> body, @Nullable Tensor... inputs) {
        TensorScope scope = TensorScope.current();
        try (TensorVector v = body.get()) {
            Tensor[] out = new Tensor[(int) v.size()];
            for (int i = 0; i < out.length; i++) {
                // get(i) points into the vector; the copy is a reference of its own
                try (org.bytedeco.pytorch.Tensor at = v.get(i)) {
                    out[i] = new Tensor(new org.bytedeco.pytorch.Tensor(at), scope);
                }
            }
            return out;
        } catch (RuntimeException e) {
            throw translate(name, e, inputs);
        }
    }

    static void call(String name, Runnable body, @Nullable Tensor... inputs) {
        try {
            body.run();
        } catch (RuntimeException e) {
            throw translate(name, e, inputs);
        }
    }

    static RuntimeException translate(String name, RuntimeException e, @Nullable Tensor... inputs) {
        if (e instanceof IllegalStateException || e instanceof IllegalArgumentException) {
            return e;
        }
        StringBuilder shapes = new StringBuilder();
        for (Tensor t : inputs) {
            shapes.append(shapes.isEmpty() ? "" : ", ").append(t == null ? "none" : t.describe());
        }
        String text = String.valueOf(e.getMessage());
        int end = text.indexOf('\n');
        return new NativeException(name + "(" + shapes + "): " + (end < 0 ? text : text.substring(0, end)), e);
    }

    static Scalar scalar(double value, DType dtype) {
        return !dtype.isFloatingPoint() && value == Math.rint(value) ? new Scalar((long) value) : new Scalar(value);
    }

    static TensorOptions options(DType dtype, Device device) {
        TensorOptions byType = new TensorOptions(dtype.scalarType());
        if (device.equals(Device.CPU)) {
            return byType;
        }
        try (byType;
                org.bytedeco.pytorch.Device d = device.torchDevice();
                DeviceOptional o = new DeviceOptional(d)) {
            return byType.device(o);
        }
    }

    static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.handle());
    }

    static LongOptional optional(long value) {
        return new LongOptional(value);
    }

    static LayoutOptional noLayout() {
        return new LayoutOptional();
    }

    static BoolOptional noBool() {
        return new BoolOptional();
    }

    static TensorVector vector(Tensor... tensors) {
        return new TensorVector(Arrays.stream(tensors).map(Tensor::handle).toArray(org.bytedeco.pytorch.Tensor[]::new));
    }

    /** A binding pointer to memory that somebody else owns. */
    static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }
}
