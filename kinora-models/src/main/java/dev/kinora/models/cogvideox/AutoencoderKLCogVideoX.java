package dev.kinora.models.cogvideox;

import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The causal 3D autoencoder of CogVideoX (arXiv 2408.06072, section 2.1): video to latents of an eighth the height and
 * width and a quarter the frames, and back. Frames go through in batches with their past carried along; that is part of
 * the function, see {@link VaeOptions}.
 *
 * <p>Checked against diffusers 0.42.1, models/autoencoders/autoencoder_kl_cogvideox.py.
 *
 * <p>B batch, T H W video size, Z latent channels, t h w latent size.
 */
public final class AutoencoderKLCogVideoX implements AutoCloseable {
    private final AutoencoderKLCogVideoXConfig config;
    private final ParameterSet parameters;
    private final CogVideoXEncoder3D encoder;
    private final CogVideoXDecoder3D decoder;

    /** The network without weights: its parameters wait to be loaded or initialised. */
    public AutoencoderKLCogVideoX(AutoencoderKLCogVideoXConfig config, Names at) {
        this.config = config;
        this.parameters = at.parameters();
        this.encoder = new CogVideoXEncoder3D(config, at.at("encoder"));
        this.decoder = new CogVideoXDecoder3D(config, at.at("decoder"));
    }

    /** The checkpoint's configuration. */
    public AutoencoderKLCogVideoXConfig config() {
        return config;
    }

    /** The weights by their checkpoint keys. */
    public ParameterSet parameters() {
        return parameters;
    }

    /**
     * The latents' distribution, in the encoder's own scale.
     *
     * @param video [B, 3, T, H, W], values in [-1, 1], of the weights' type; H and W multiples of
     *     {@link AutoencoderKLCogVideoXConfig#spatialCompressionRatio}. T is best 8 k or 8 k + 1, as in training.
     * @return moments of [B, Z, t, h, w]; t = (T - 1)/4 + 1 for odd T, T/4 for T a multiple of 8
     * @throws IllegalArgumentException for another shape
     */
    public DiagonalGaussianDistribution encode(Tensor video, VaeOptions options) {
        int ratio = config.spatialCompressionRatio();
        require(video, "video", config.inChannels(), ratio);
        UnaryOperator<Tensor> byFrames = x -> byFrames(x, options.sampleFramesPerBatch(), encoder::forward);
        VaeTiling tiling = options.tiling();
        UnaryOperator<Tensor> byTiles = tiling == null ? byFrames : x -> tiling.encode(x, ratio, byFrames);
        return TensorScope.compute(() -> DiagonalGaussianDistribution.of(bySlices(video, options.slicing(), byTiles)));
    }

    /**
     * The video of latents in the encoder's own scale.
     *
     * @param latents [B, Z, t, h, w], of the weights' type
     * @return [B, 3, T, H, W], about [-1, 1], not limited to it; T = 4 (t - 1) + 1 for odd t, 4 t for even t
     * @throws IllegalArgumentException for another shape
     */
    public Tensor decode(Tensor latents, VaeOptions options) {
        require(latents, "latents", config.latentChannels(), 1);
        int ratio = config.spatialCompressionRatio();
        UnaryOperator<Tensor> byFrames = z -> byFrames(z, options.latentFramesPerBatch(), decoder::forward);
        VaeTiling tiling = options.tiling();
        UnaryOperator<Tensor> byTiles = tiling == null ? byFrames : z -> tiling.decode(z, ratio, byFrames);
        return TensorScope.compute(() -> bySlices(latents, options.slicing(), byTiles));
    }

    /** One coder over a clip whose frames come in batches. */
    @FunctionalInterface
    private interface Coder {
        Tensor forward(Tensor x, ConvCache cache);
    }

    private static Tensor bySlices(Tensor x, boolean slicing, UnaryOperator<Tensor> body) {
        if (!slicing || x.size(0) == 1) {
            return body.apply(x);
        }
        List<Tensor> slices = new ArrayList<>();
        for (Tensor slice : x.split(1, 0)) {
            slices.add(TensorScope.compute(() -> body.apply(slice)));
        }
        return Tensors.cat(0, slices);
    }

    private static Tensor byFrames(Tensor x, int perBatch, Coder coder) {
        long frames = x.size(2);
        long batches = Math.max(frames / perBatch, 1);
        long remainder = frames % perBatch;
        List<Tensor> parts = new ArrayList<>();
        try (ConvCache cache = new ConvCache()) {
            for (long i = 0; i < batches; i++) {
                long start = i == 0 ? 0 : perBatch * i + remainder;
                long end = Math.min(perBatch * (i + 1) + remainder, frames);
                cache.nextIsLast(i == batches - 1);
                parts.add(TensorScope.compute(() -> coder.forward(x.narrow(2, start, end - start), cache)));
            }
        }
        return parts.size() == 1 ? parts.getFirst() : Tensors.cat(2, parts);
    }

    private static void require(Tensor x, String name, int channels, int multiple) {
        if (x.dim() != 5 || x.size(1) != channels || x.size(3) % multiple != 0 || x.size(4) % multiple != 0) {
            throw new IllegalArgumentException("AutoencoderKLCogVideoX: " + name + " = " + Arrays.toString(x.shape())
                    + " (expected: [B, " + channels + ", T, H, W]"
                    + (multiple > 1 ? ", H and W multiples of " + multiple : "") + ")");
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }
}
