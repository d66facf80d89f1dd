package dev.kinora.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kinora.tensor.Device;

/** What matrix products and convolutions are computed in; weights and losses are fp32 always. */
public enum Precision {
    /** bfloat16 on a GPU, fp32 on the CPU, whose bf16 convolutions crash in the backward pass. */
    @JsonProperty("auto")
    AUTO,
    /** fp32. */
    @JsonProperty("fp32")
    FP32,
    /** bfloat16 by autocast. */
    @JsonProperty("bf16")
    BF16;

    /** Whether this means bfloat16 there. */
    boolean isBf16(Device device) {
        return this == BF16 || (this == AUTO && device.type() == Device.Type.CUDA);
    }
}
