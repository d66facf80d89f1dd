package dev.kinora.train.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;

/** What networks compute in; the weights that are updated and the losses are fp32 always. */
public enum Precision {
    /** bfloat16 on a GPU, fp32 on the CPU, whose bf16 convolutions crash in the backward pass. */
    @JsonProperty("auto")
    AUTO,
    /** fp32. */
    @JsonProperty("fp32")
    FP32,
    /** bfloat16: on a GPU all of the networks, on the CPU matrix products and convolutions. */
    @JsonProperty("bf16")
    BF16;

    /** Whether this means bfloat16 by autocast there. */
    public boolean isAutocast(Device device) {
        return this == BF16 && device.type() != Device.Type.CUDA;
    }

    /**
     * What the networks have their copy of the weights in: a GPU is fastest where everything has 16 bits, a CPU where only
     * products do.
     */
    public DType ofNetworks(Device device) {
        return this != FP32 && device.type() == Device.Type.CUDA ? DType.BF16 : DType.FP32;
    }
}
