package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.Map;

/**
 * The {@code config.json} of a CLIP image encoder, or {@code vision_config} of a whole CLIP.
 *
 * @param encoder its blocks
 * @param numChannels of a picture
 * @param imageSize rows and columns of a picture
 * @param patchSize rows and columns of a patch; what is left of the picture is not looked at
 */
public record ClipVisionConfig(ClipEncoderConfig encoder, int numChannels, int imageSize, int patchSize) {
    private static final ClipEncoderConfig ABSENT =
            new ClipEncoderConfig(768, 3072, 512, 12, 12, ClipActivation.QUICK_GELU, 1e-5);

    /** Checks the sizes against each other. */
    public ClipVisionConfig {
        ClipEncoderConfig.positive(
                "ClipVisionConfig",
                Map.of("num_channels", numChannels, "image_size", imageSize, "patch_size", patchSize));
        if (patchSize > imageSize) {
            throw ConfigException.of("ClipVisionConfig", "patch_size", patchSize, "at most image_size = " + imageSize);
        }
    }

    /** Reads a config; an absent key has transformers' default. */
    public static ClipVisionConfig of(Config config) {
        ConfigReader r = ClipEncoderConfig.reader(config);
        r.only("model_type", "clip_vision_model");
        return r.done(new ClipVisionConfig(
                ClipEncoderConfig.read(config, r, ABSENT),
                r.integer("num_channels", 3),
                r.integer("image_size", 224),
                r.integer("patch_size", 32)));
    }

    /** P: patches of a picture. */
    public int patches() {
        int side = imageSize / patchSize;
        return side * side;
    }

    ClipVisionConfig projectedTo(int dim) {
        return new ClipVisionConfig(encoder.projectedTo(dim), numChannels, imageSize, patchSize);
    }

    /** The config that transformers loads. */
    public Config toConfig(boolean projected) {
        return encoder.toConfig(projected ? "CLIPVisionModelWithProjection" : "CLIPVisionModel", "clip_vision_model")
                .with("image_size", imageSize)
                .with("num_channels", numChannels)
                .with("patch_size", patchSize);
    }
}
