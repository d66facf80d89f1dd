package dev.kinora.models.cogvideox;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
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

    /** Turns x [B, heads, L, head_dim]; computed in fp32, returned in the type of x. */
    Tensor apply(Tensor x) {
        Tensor x32 = x.to(DType.FP32);
        Tensor pairs = x32.reshape(x.size(0), x.size(1), x.size(2), -1, 2); // [B, heads, L, head_dim/2, 2]
        Tensor turned = Tensors.stack(-1, pairs.select(-1, 1).neg(), pairs.select(-1, 0))
                .flatten(3, 4); // (-b, a) for (a, b)
        return x32.mul(cos).add(turned.mul(sin)).to(x.dtype());
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(cos, sin);
    }
}
