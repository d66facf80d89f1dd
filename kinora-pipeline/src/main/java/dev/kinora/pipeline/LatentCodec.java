package dev.kinora.pipeline;

import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.Video;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.models.cogvideox.VaeTiling;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures to scaled latents and back through the causal VAE: the last part of pre-processing and the first of
 * post-processing. Weights are read when first needed.
 */
public final class LatentCodec implements AutoCloseable {
    private final CheckpointFolder checkpoint;
    private final String variant;
    private final @Nullable DType dtype;
    private final VaeOptions options;
    private final AutoencoderKLCogVideoXConfig config;
    private @Nullable AutoencoderKLCogVideoX vae;

    /**
     * @param dtype of the VAE; as stored if null
     * @param tiling work in overlapping tiles: bounded memory, slightly other pixels
     */
    public LatentCodec(CheckpointFolder checkpoint, String variant, @Nullable DType dtype, boolean tiling)
            throws IOException {
        this.checkpoint = checkpoint;
        this.variant = variant;
        this.dtype = dtype;
        this.config =
                AutoencoderKLCogVideoXConfig.of(checkpoint.component("vae").config());
        this.options = VaeOptions.DEFAULT.withTiling(tiling ? VaeTiling.of(config) : null);
    }

    private AutoencoderKLCogVideoX vae() {
        AutoencoderKLCogVideoX v = vae;
        if (v == null) {
            try {
                v = AutoencoderKLCogVideoX.load(
                        checkpoint.component("vae").folder(),
                        variant,
                        dtype == null ? StrictLoader.asStored() : StrictLoader.as(dtype));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            vae = v;
        }
        return v;
    }

    private DType type() {
        return vae().parameters().all().iterator().next().value().dtype();
    }

    /** The VAE's configuration. */
    public AutoencoderKLCogVideoXConfig config() {
        return config;
    }

    /** The latent of one picture, sampled and scaled for the transformer: [1, 1, C, H, W]. */
    public Tensor encodeImage(Image image, Rng rng) {
        double scale = config.invertScaleLatents() ? 1 / config.scalingFactor() : config.scalingFactor();
        return encode(List.of(image), rng, scale);
    }

    /** The latents of a video, sampled and scaled for the transformer: [1, F, C, H, W]. */
    public Tensor encodeVideo(Video video, Rng rng) {
        return encode(video.frames(), rng, config.scalingFactor());
    }

    private Tensor encode(List<Image> frames, Rng rng, double scale) {
        return TensorScope.compute(() -> Grad.off(() -> {
            Tensor x = pixels(frames).to(type()); // [1, 3, T, 8 H, 8 W]
            return vae().encode(x, options).sample(rng).permute(0, 2, 1, 3, 4).mul(scale);
        }));
    }

    /** Frames as the VAE reads them: [1, 3, T, height, width] in [-1, 1]. */
    static Tensor pixels(List<Image> frames) {
        return TensorScope.compute(() -> {
            List<Tensor> parts = new ArrayList<>();
            for (Image f : frames) {
                parts.add(Tensors.of(f.rgb(), f.height(), f.width(), 3).permute(2, 0, 1)); // [3, height, width]
            }
            Tensor x = Tensors.stack(1, parts.toArray(Tensor[]::new)).unsqueeze(0);
            return x.to(DType.FP32).div(255).mul(2).sub(1);
        });
    }

    /**
     * The frames of scaled latents.
     *
     * @param latents [1, F, C, H, W]
     * @return uint8 [T, 8 H, 8 W, 3]
     */
    public Tensor decode(Tensor latents) {
        return TensorScope.compute(() -> Grad.off(() -> {
            Tensor z = latents.permute(0, 2, 1, 3, 4).mul(1 / config.scalingFactor()); // [1, C, F, H, W]
            Tensor x = vae().decode(z.to(type()), options); // [1, 3, T, 8 H, 8 W]
            return x.select(0, 0)
                    .permute(1, 2, 3, 0) // [T, 8 H, 8 W, 3]
                    .mul(0.5)
                    .add(0.5)
                    .clamp(0, 1)
                    .to(DType.FP32)
                    .mul(255)
                    .round()
                    .to(DType.UINT8)
                    .contiguous();
        }));
    }

    /** A video of decoded frames, uint8 [T, height, width, 3]. */
    public static Video video(Tensor frames, Rational frameRate) {
        List<Image> images = new ArrayList<>();
        int height = (int) frames.size(1);
        int width = (int) frames.size(2);
        for (long i = 0; i < frames.size(0); i++) {
            long at = i;
            try (TensorScope scope = TensorScope.open("frame")) {
                images.add(Image.of(width, height, frames.select(0, at).toBytes()));
            }
        }
        return new Video(images, frameRate);
    }

    /** Frees the weights, if they were read. */
    @Override
    public void close() {
        if (vae != null) {
            vae.close();
            vae = null;
        }
    }
}
