package dev.kinora.tensor;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * A seeded random number generator that draws the stream of {@code torch.Generator(device).manual_seed(seed)}, value for
 * value: on the CPU the same one everywhere, on a GPU that of its own. The order of draws is part of a pipeline's
 * function. Not safe for use by several threads at once.
 */
public final class Rng implements AutoCloseable {
    static {
        OpenMp.sleepWhileWaiting();
    }

    private final Generator generator;
    private final Device device;

    /** A CPU generator at the start of the stream of {@code seed}; a negative seed is read as unsigned 64-bit. */
    public Rng(long seed) {
        this(seed, Device.CPU);
    }

    /** A generator whose values are drawn on a device and stay there. */
    public Rng(long seed, Device device) {
        this.device = device;
        this.generator = device.type() == Device.Type.CUDA ? onGpu(device) : torch.make_generator_cpu();
        generator.set_current_seed(seed);
    }

    private static Generator onGpu(Device device) {
        torch.globalContext().lazyInitDevice(DeviceType.CUDA);
        try (org.bytedeco.pytorch.Device d = device.torchDevice();
                Generator shared = torch.globalContext().defaultGenerator(d)) {
            return shared.clone();
        }
    }

    /** Standard normal values, as {@code torch.randn} draws them: fp32 values differ from those drawn in bf16. */
    public Tensor randn(DType dtype, long... shape) {
        return Native.op("randn", () -> {
            try (TensorOptions o = Native.options(dtype, device);
                    GeneratorOptional g = new GeneratorOptional(generator)) {
                return torch.torch_randn(shape, g, o);
            }
        });
    }

    /** Uniform values in [0, 1), as {@code torch.rand} draws them. */
    public Tensor rand(DType dtype, long... shape) {
        return Native.op("rand", () -> {
            try (TensorOptions o = Native.options(dtype, device);
                    GeneratorOptional g = new GeneratorOptional(generator)) {
                return torch.torch_rand(shape, g, o);
            }
        });
    }

    /** Uniform int64 values in [low, high). */
    public Tensor randint(long low, long high, long... shape) {
        return Native.op("randint", () -> {
            try (TensorOptions o = Native.options(DType.INT64, device);
                    GeneratorOptional g = new GeneratorOptional(generator)) {
                return torch.torch_randint(low, high, shape, g, o);
            }
        });
    }

    /** A random order of 0 … n - 1: int64 [n]. */
    public Tensor randperm(long n) {
        return Native.op("randperm", () -> {
            try (TensorOptions o = Native.options(DType.INT64, device);
                    GeneratorOptional g = new GeneratorOptional(generator)) {
                return torch.torch_randperm(n, g, o);
            }
        });
    }

    /** The generator's whole state, uint8, to be put back by {@link #setState}. */
    public Tensor state() {
        return Native.op("get_state", generator::get_state);
    }

    /** Continues the stream from a saved {@link #state}. */
    public void setState(Tensor state) {
        Native.call("set_state", () -> generator.set_state(state.handle()), state);
    }

    @Override
    public void close() {
        generator.deallocate();
    }
}
