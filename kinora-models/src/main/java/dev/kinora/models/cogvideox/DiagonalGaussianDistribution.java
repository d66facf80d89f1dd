package dev.kinora.models.cogvideox;

import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import java.util.List;

/**
 * What an encoder says of the latents: a normal distribution for each. Checked against diffusers 0.42.1,
 * models/autoencoders/vae.py.
 *
 * @param parameters the moments, [B, 2 Z, …]
 * @param mean [B, Z, …]
 * @param logvar natural logarithm of the variance, limited to [-30, 20], [B, Z, …]
 */
public record DiagonalGaussianDistribution(Tensor parameters, Tensor mean, Tensor logvar) implements TensorBundle {
    /** Splits moments [B, 2 Z, …]. */
    public static DiagonalGaussianDistribution of(Tensor moments) {
        Tensor[] parts = moments.chunk(2, 1);
        return new DiagonalGaussianDistribution(moments, parts[0], parts[1].clamp(-30, 20));
    }

    /** Standard deviation, [B, Z, …]. */
    public Tensor std() {
        return logvar.mul(0.5).exp();
    }

    /** A draw, [B, Z, …]; the noise is drawn in the moments' type. */
    public Tensor sample(Rng rng) {
        Tensor noise = rng.randn(parameters.dtype(), mean.shape()).to(parameters.device());
        return mean.add(std().mul(noise));
    }

    /** The likeliest latents: the mean. */
    public Tensor mode() {
        return mean;
    }

    /**
     * Divergence from the standard normal distribution, summed over all but the batch: [B]. (diffusers leaves the last
     * axis of a video unsummed.)
     */
    public Tensor kl() {
        long[] dims = new long[mean.dim() - 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = i + 1L;
        }
        return mean.square()
                .add(logvar.exp())
                .sub(1)
                .sub(logvar)
                .sum(false, dims)
                .mul(0.5);
    }

    @Override
    public List<Tensor> tensors() {
        return List.of(parameters, mean, logvar);
    }
}
