package dev.kinora.tensor;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Where a tensor's memory is.
 *
 * @param type the kind of device
 * @param index which one of its kind; 0 for the CPU
 */
public record Device(Type type, int index) {
    static {
        OpenMp.sleepWhileWaiting();
    }

    /** Kinds of device. */
    public enum Type {
        /** Host memory. */
        CPU,
        /** An NVIDIA GPU; needs the {@code -gpu} natives. */
        CUDA
    }

    /** Host memory. */
    public static final Device CPU = new Device(Type.CPU, 0);

    /** The GPU with this index. */
    public static Device cuda(int index) {
        return new Device(Type.CUDA, index);
    }

    /**
     * Reads {@code cpu}, {@code cuda} or {@code cuda:1}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.matches("cuda(:\\d{1,3})?")) {
            return cuda(text.length() > 5 ? Integer.parseInt(text.substring(5)) : 0);
        }
        throw new IllegalArgumentException("device = " + text + " (expected: cpu, cuda or cuda:N)");
    }

    /** Whether the natives on the class path and the machine can use CUDA. */
    public static boolean cudaAvailable() {
        return torch.cuda_is_available();
    }

    /**
     * This device, where it can be used.
     *
     * @throws IllegalArgumentException for a GPU that is not there, with what would have to be
     */
    public Device require() {
        if (type == Type.CUDA && (!cudaAvailable() || index >= torch.cuda_device_count())) {
            throw new IllegalArgumentException("device = " + this + " (expected: "
                    + (cudaAvailable()
                            ? "one of " + torch.cuda_device_count() + " GPUs"
                            : "an NVIDIA GPU and CUDA natives: KINORA_GPU=1 ./kinora")
                    + ")");
        }
        return this;
    }

    /** Waits until all that was asked of this device is done: before a clock is read. */
    public void synchronize() {
        if (type == Type.CUDA) {
            torch.cuda_synchronize(index);
        }
    }

    org.bytedeco.pytorch.Device torchDevice() {
        return type == Type.CPU
                ? new org.bytedeco.pytorch.Device(DeviceType.CPU)
                : new org.bytedeco.pytorch.Device(DeviceType.CUDA, (byte) index);
    }

    @Override
    public String toString() {
        return type == Type.CPU ? "cpu" : "cuda:" + index;
    }
}
