package dev.kinora.train.vae;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.DiagonalGaussianDistribution;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The autoencoder that a run began with, frozen: what holds the latents near those that other models were trained on.
 */
final class LatentAnchor implements AutoCloseable {
    private final AutoencoderKLCogVideoX vae;
    private final double scale;

    /**
     * Loads the frozen weights.
     *
     * @param start that names them
     * @throws IOException if they cannot be read
     */
    LatentAnchor(VaeTrainConfig config, VaeTrainConfig.Start start, Device device) throws IOException {
        this.scale = start.scalingFactor();
        this.vae = new AutoencoderKLCogVideoX(VaeTrainer.modelConfig(config, scale), Names.root());
        StrictLoader.as(config.precision().ofNetworks(device))
                .copying()
                .load(Checkpoint.open(Path.of(start.folder())), vae.parameters());
        vae.parameters().to(device);
    }

    AutoencoderKLCogVideoX vae() {
        return vae;
    }

    /** The moments of a video as they were; none of these weights asks for gradients. */
    Tensor moments(Tensor video, VaeOptions frames) {
        // autograd stays on: without it convolutions go row by row and refuse autocast's mixed types
        return vae.encode(video, frames).parameters();
    }

    /** The mean squared distance of the means, in squared deviations of latents; a scalar. */
    Tensor distance(Tensor moments, Tensor before) {
        return mean(moments).sub(mean(before)).mul(scale).square().mean();
    }

    private static Tensor mean(Tensor moments) {
        return DiagonalGaussianDistribution.of(moments.to(DType.FP32)).mean();
    }

    @Override
    public void close() {
        vae.close();
    }
}
