package dev.kinora.cli;

import dev.kinora.eval.ToyboxReader;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.ModelIndex;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a checkpoint's autoencoder makes of clips: encoded to the posterior's mean, and decoded. */
final class Reconstruction implements AutoCloseable {
    private final AutoencoderKLCogVideoX vae;

    private Reconstruction(AutoencoderKLCogVideoX vae) {
        this.vae = vae;
    }

    /** A pipeline's autoencoder, or one by itself. */
    static Reconstruction open(ModelOptions model) throws IOException {
        Path folder = model.folder();
        Path component = Files.exists(folder.resolve(ModelIndex.FILE)) ? folder.resolve("vae") : folder;
        DType dtype = model.dtype();
        // What is measured is the autoencoder, not bf16, which takes longer where a CPU has no instructions for it.
        StrictLoader loader = StrictLoader.as(dtype == null ? DType.FP32 : dtype);
        return new Reconstruction(AutoencoderKLCogVideoX.load(component, model.variant(), loader));
    }

    /** By how much a frame's sides are divided. */
    int ratio() {
        return vae.config().spatialCompressionRatio();
    }

    /** fp32 [B, 3, F, H, W] in [-1, 1] to the same. */
    Tensor of(Tensor video) {
        return Grad.off(() -> {
            DType type = vae.parameters().all().iterator().next().value().dtype();
            Tensor latents = vae.encode(video.to(type), VaeOptions.DEFAULT).mode();
            return vae.decode(latents, VaeOptions.DEFAULT).to(DType.FP32).clamp(-1, 1);
        });
    }

    /** uint8 [B, F, H, W, 3] to the same. */
    Tensor ofFrames(Tensor frames) {
        return TensorScope.compute(() -> of(ToyboxReader.toVideo(frames))
                .permute(0, 2, 3, 4, 1)
                .add(1)
                .mul(127.5)
                .round()
                .to(DType.UINT8)
                .contiguous());
    }

    @Override
    public void close() {
        vae.close();
    }
}
