package dev.kinora.pipeline;

import dev.kinora.media.Video;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.weights.ModelFacts;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** Fills in a checkpoint's defaults and refuses what it cannot do, before any work. */
final class CogVideoXRequests {
    private static final String WHERE = "request";

    private CogVideoXRequests() {}

    static GenerateRequest resolve(
            String checkpoint,
            CogVideoXConfig transformer,
            AutoencoderKLCogVideoXConfig vae,
            ModelFacts facts,
            GenerateRequest r) {
        int grid = vae.spatialCompressionRatio() * transformer.patchSize();
        int height =
                orElse(r.height(), orElse(facts.height(), transformer.sampleHeight() * vae.spatialCompressionRatio()));
        int width = orElse(r.width(), orElse(facts.width(), transformer.sampleWidth() * vae.spatialCompressionRatio()));
        multiple("height", height, grid);
        multiple("width", width, grid);
        if (transformer.useLearnedPositionalEmbeddings()) {
            only("height", height, transformer.sampleHeight() * vae.spatialCompressionRatio());
            only("width", width, transformer.sampleWidth() * vae.spatialCompressionRatio());
        }
        checkTask(checkpoint, transformer, vae, r);
        int frames = frames(transformer, vae, facts, r);
        for (LoraRequest lora : r.loras()) {
            if (!Files.isRegularFile(lora.file())) {
                throw new RequestException(WHERE, "lora", lora.file(), "a safetensors file");
            }
        }
        return new GenerateRequest(
                r.prompt(),
                r.negativePrompt(),
                r.image(),
                r.video(),
                r.strength(),
                frames,
                height,
                width,
                r.steps(),
                r.guidance(),
                r.seed(),
                r.dtype(),
                r.loras(),
                r.scheduler());
    }

    private static void checkTask(
            String checkpoint, CogVideoXConfig transformer, AutoencoderKLCogVideoXConfig vae, GenerateRequest r) {
        boolean takesImage = transformer.inChannels() == 2 * vae.latentChannels();
        if (!takesImage && transformer.inChannels() != vae.latentChannels()) {
            throw new RequestException(
                    checkpoint + "/transformer",
                    "in_channels",
                    transformer.inChannels(),
                    vae.latentChannels() + " (text to video) or twice that (image to video)");
        }
        if (takesImage && r.task() != Task.IMAGE_TO_VIDEO) {
            throw new RequestException(WHERE, "image", "none", "an image: " + checkpoint + " is image to video");
        }
        if (!takesImage && r.task() == Task.IMAGE_TO_VIDEO) {
            throw new RequestException(
                    WHERE, "image", "given", "none: " + checkpoint + " has no image to video; give a video instead");
        }
    }

    private static int frames(
            CogVideoXConfig transformer, AutoencoderKLCogVideoXConfig vae, ModelFacts facts, GenerateRequest r) {
        Video video = r.video();
        Integer asked = r.frames();
        if (video == null) {
            return orElse(asked, orElse(facts.frames(), transformer.sampleFrames()));
        }
        int frames = asked == null ? video.frames().size() : asked;
        if (frames > video.frames().size()) {
            throw new RequestException(
                    WHERE, "frames", frames, "at most the " + video.frames().size() + " of the given video");
        }
        int latent = (frames - 1) / vae.temporalCompressionRatio() + 1;
        if (latent % transformer.framesPerPatch() != 0) {
            throw new RequestException(
                    WHERE,
                    "frames",
                    frames,
                    "a number that gives a multiple of " + transformer.framesPerPatch()
                            + " latent frames, such as " + vae.temporalCompressionRatio() * (latent + 1)
                            + ": this checkpoint patches time");
        }
        if ((int) (r.steps() * r.strength()) < 1) {
            throw new RequestException(
                    WHERE, "strength", r.strength(), "at least 1 / steps = " + 1.0 / r.steps() + ", to keep one step");
        }
        return frames;
    }

    private static void multiple(String name, int value, int of) {
        if (value % of != 0) {
            throw new RequestException(
                    WHERE,
                    name,
                    value,
                    "a multiple of " + of + ", such as " + Math.max(of, Math.round((float) value / of) * of));
        }
    }

    private static void only(String name, int value, int expected) {
        if (value != expected) {
            throw new RequestException(
                    WHERE, name, value, expected + ": this checkpoint's positions were learned at one size");
        }
    }

    private static int orElse(@Nullable Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }
}
