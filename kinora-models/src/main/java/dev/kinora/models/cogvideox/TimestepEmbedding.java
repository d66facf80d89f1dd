package dev.kinora.models.cogvideox;

import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/**
 * A scalar per sample as a vector: sinusoids of 1 to 1/10000 (arXiv 2006.11239), then a small MLP. Checked against
 * diffusers 0.42.1, {@code Timesteps} and {@code TimestepEmbedding} of models/embeddings.py. B batch.
 */
final class TimestepEmbedding {
    private final int channels;
    private final boolean flipSinToCos;
    private final double freqShift;
    private final Linear linear1;
    private final Linear linear2;

    TimestepEmbedding(Names at, int channels, int dim, boolean flipSinToCos, double freqShift) {
        this.channels = channels;
        this.flipSinToCos = flipSinToCos;
        this.freqShift = freqShift;
        this.linear1 = at.linear("linear_1", channels, dim);
        this.linear2 = at.linear("linear_2", dim, dim);
    }

    /** [B] of any number type to [B, dim] of this type; the sinusoids are fp32. */
    Tensor forward(Tensor values, DType dtype) {
        Tensor sinusoids = project(values).to(dtype); // [B, channels]
        return linear2.forward(F.silu(linear1.forward(sinusoids))); // [B, dim]
    }

    /** The sinusoids alone: fp32 [B, channels]. */
    Tensor project(Tensor values) {
        int half = channels / 2;
        Tensor frequencies = Tensors.arange(0, half, DType.FP32)
                .mul(-Math.log(10000))
                .div(half - freqShift)
                .exp()
                .to(values.device()); // [channels/2]
        Tensor angles = values.to(DType.FP32).unsqueeze(1).mul(frequencies); // [B, channels/2]
        Tensor both = flipSinToCos
                ? Tensors.cat(-1, angles.cos(), angles.sin())
                : Tensors.cat(-1, angles.sin(), angles.cos());
        return channels % 2 == 1 ? F.pad(both, 0, 1) : both;
    }
}
