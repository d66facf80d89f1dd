package dev.kinora.models.cogvideox;

import dev.kinora.models.internal.ComponentFiles;
import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Config;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
    private final Config stored;
    private final ParameterSet parameters;
    private final CogVideoXEncoder3D encoder;
    private final CogVideoXDecoder3D decoder;

    /** The network without weights: its parameters wait to be loaded or initialised. */
    public AutoencoderKLCogVideoX(AutoencoderKLCogVideoXConfig config, Names at) {
        this(config, config.toConfig(), at);
    }

    private AutoencoderKLCogVideoX(AutoencoderKLCogVideoXConfig config, Config stored, Names at) {
        this.config = config;
        this.stored = stored;
        this.parameters = at.parameters();
        this.encoder = new CogVideoXEncoder3D(config, at.at("encoder"));
        this.decoder = new CogVideoXDecoder3D(config, at.at("decoder"));
    }

    /**
     * Loads a component's folder.
     *
     * @param dtype the type to compute in, or null for that of the file; weights stored in it are used in place
     * @throws dev.kinora.weights.CheckpointException for missing, unexpected or mismatched weights
     * @throws dev.kinora.weights.ConfigException for a config that is not one of this model
     */
    public static AutoencoderKLCogVideoX load(Path folder, @Nullable DType dtype) throws IOException {
        return load(folder, "", ComponentFiles.loader(dtype));
    }

    /** Loads a component's folder by another loader: {@link StrictLoader#copying()} where weights shall be trained. */
    public static AutoencoderKLCogVideoX load(Path folder, String variant, StrictLoader loader) throws IOException {
        return ComponentFiles.load(
                folder,
                variant,
                loader,
                json -> new AutoencoderKLCogVideoX(AutoencoderKLCogVideoXConfig.of(json), json, Names.root()),
                AutoencoderKLCogVideoX::parameters);
    }

    /** Writes config and weights as diffusers reads them; in the weights' own types where {@code storedAs} is null. */
    public void save(Path folder, @Nullable DType storedAs) throws IOException {
        ComponentFiles.save(folder, stored, parameters, storedAs);
    }

    /** Draws fresh fp32 weights for training from scratch, as torch does for new layers. */
    public void initialize(Rng rng) {
        parameters.initialize(rng);
    }

    /** The checkpoint's configuration. */
    public AutoencoderKLCogVideoXConfig config() {
        return config;
    }

    CogVideoXEncoder3D encoder() {
        return encoder;
    }

    CogVideoXDecoder3D decoder() {
        return decoder;
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

    /** Latents of the encoder's scale in that of the diffusion model: times the scaling factor. */
    public Tensor scale(Tensor latents) {
        return latents.mul(config.scalingFactor());
    }

    /** Latents of the diffusion model's scale in that of the decoder. */
    public Tensor unscale(Tensor latents) {
        return latents.mul(1 / config.scalingFactor());
    }

    /** An image condition's latents in the scale the diffusion model expects: 1.5 image-to-video divides. */
    public Tensor scaleCondition(Tensor latents) {
        return config.invertScaleLatents() ? unscale(latents) : scale(latents);
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
