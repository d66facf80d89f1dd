package dev.kinora.models.cogvideox;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.Tensors;
import java.util.List;

/**
 * Rotary position tables (RoFormer, arXiv 2104.09864): each pair of neighbouring channels is turned by an angle that
 * grows with the token's position.
 *
 * @param cos fp32 [L, head_dim], each value twice in a row
 * @param sin fp32 [L, head_dim], each value twice in a row
 */
public record RotaryEmbedding(Tensor cos, Tensor sin) implements TensorBundle {
    /** These tables on a device. */
    public RotaryEmbedding to(Device device) {
        return new RotaryEmbedding(cos.to(device), sin.to(device));
    }

    /** These tables after those of {@code text} tokens without a position, which stay as they are. */
    RotaryEmbedding after(long text) {
        Tensor still = Tensors.ones(cos.dtype(), text, cos.size(1)).to(cos.device());
        return new RotaryEmbedding(Tensors.cat(0, still, cos), F.pad(sin, 0, 0, text, 0));
    }

    /** Turns x [B, heads, L, head_dim]; computed in fp32, returned in the type of x. */
    Tensor apply(Tensor x) {
        return F.rotatePairs(x.to(DType.FP32), cos, sin).to(x.dtype());
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(cos, sin);
    }
}
