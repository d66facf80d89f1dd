package dev.kinora.pipeline;

import dev.kinora.diffusion.Scheduler;
import dev.kinora.media.Image;
import dev.kinora.media.Resample;
import dev.kinora.media.Video;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.Tensors;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where denoising starts: the stage a task adds. Each draws from the run's generator in diffusers' order, which is part
 * of the function: what is encoded draws before the noise does.
 */
sealed interface LatentStart {
    /**
     * What the denoise loop begins with.
     *
     * @param latents noisy latents [1, F, C, H, W]
     * @param image latents of the given first frame [1, F, C, H, W], shown to the network at every step; or null
     */
    record Started(Tensor latents, @Nullable Tensor image) implements TensorBundle {
        @Override
        public List<Tensor> tensors() {
            return image == null ? List.of(latents) : List.of(latents, image);
        }
    }

    /** The step from which the run goes, and its latents. */
    Started start(LatentLayout layout, LatentCodec codec, Scheduler scheduler, int steps, DType dtype, Rng rng);

    /** Whether the VAE's encoder is needed. */
    boolean encodes();

    /** Text to video: noise alone. */
    record FromNoise() implements LatentStart {
        @Override
        public Started start(
                LatentLayout layout, LatentCodec codec, Scheduler scheduler, int steps, DType dtype, Rng rng) {
            return new Started(rng.randn(dtype, layout.shape()), null);
        }

        @Override
        public boolean encodes() {
            return false;
        }
    }

    /** Image to video: noise, and the image as the first of otherwise empty latents. */
    record FromImage(Image image) implements LatentStart {
        @Override
        public Started start(
                LatentLayout layout, LatentCodec codec, Scheduler scheduler, int steps, DType dtype, Rng rng) {
            Tensor first = codec.encodeImage(image, rng).to(dtype); // [1, 1, C, H, W]
            long[] shape = layout.shape();
            shape[1] = layout.latentFrames() - 1L;
            Tensor latents = Tensors.cat(1, first, Tensors.zeros(dtype, shape));
            return new Started(rng.randn(dtype, layout.shape()), latents);
        }

        @Override
        public boolean encodes() {
            return true;
        }
    }

    /** Video to video: the video's latents, noised to the first timestep that is kept. */
    record FromVideo(Video video, double strength) implements LatentStart {
        @Override
        public Started start(
                LatentLayout layout, LatentCodec codec, Scheduler scheduler, int steps, DType dtype, Rng rng) {
            Tensor clean = codec.encodeVideo(video, rng).to(dtype); // [1, F, C, H, W]
            Tensor noise = rng.randn(dtype, layout.shape());
            return new Started(scheduler.noised(clean, noise, steps, strength), null);
        }

        @Override
        public boolean encodes() {
            return true;
        }
    }

    /** The start that a resolved request asks for, its pictures brought to the video's size. */
    static LatentStart of(GenerateRequest r) {
        int width = Objects.requireNonNull(r.width(), "width");
        int height = Objects.requireNonNull(r.height(), "height");
        Image image = r.image();
        if (image != null) {
            return new FromImage(image.resize(width, height, Resample.LANCZOS));
        }
        Video video = r.video();
        if (video == null) {
            return new FromNoise();
        }
        List<Image> frames = video.frames().subList(0, Objects.requireNonNull(r.frames(), "frames")).stream()
                .map(f -> f.resize(width, height, Resample.LANCZOS))
                .toList();
        return new FromVideo(new Video(frames, video.frameRate()), r.strength());
    }
}
