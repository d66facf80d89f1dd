package dev.kinora.pipeline;

import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXConfig;
import java.util.Objects;

/**
 * How a video's frames lie in latent time: the motion stage of a model whose attention sees all frames at once. The
 * causal VAE keeps the first frame and folds each following group of frames into one latent; a transformer that patches
 * time in pairs (CogVideoX 1.5) needs an even number, so frames are added <em>in front</em> and dropped before decoding.
 *
 * @param frames video frames asked for
 * @param added latent frames added in front
 * @param latentFrames F, with those added
 * @param channels C of the VAE's latents
 * @param height H, latent rows
 * @param width W, latent columns
 */
record LatentLayout(int frames, int added, int latentFrames, int channels, int height, int width) {
    /** The layout of a resolved request: frames, height and width are given. */
    static LatentLayout of(GenerateRequest r, CogVideoXConfig transformer, AutoencoderKLCogVideoXConfig vae) {
        int frames = Objects.requireNonNull(r.frames(), "frames");
        int latent = (frames - 1) / vae.temporalCompressionRatio() + 1;
        int added = Math.floorMod(-latent, transformer.framesPerPatch());
        return new LatentLayout(
                frames,
                added,
                latent + added,
                vae.latentChannels(),
                Objects.requireNonNull(r.height(), "height") / vae.spatialCompressionRatio(),
                Objects.requireNonNull(r.width(), "width") / vae.spatialCompressionRatio());
    }

    /** [1, F, C, H, W]. */
    long[] shape() {
        return new long[] {1, latentFrames, channels, height, width};
    }

    /** Video frames that the VAE gives for these latents: 4 F for an even count, 4 (F - 1) + 1 for an odd one. */
    int decodedFrames(int temporal) {
        int latent = latentFrames - added;
        return latent % 2 == 0 ? latent * temporal : (latent - 1) * temporal + 1;
    }
}
