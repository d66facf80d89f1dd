package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigReader;
import java.util.List;

/**
 * The {@code config.json} of a whole CLIP.
 *
 * @param text the text encoder
 * @param vision the image encoder
 * @param projectionDim width of the space that both share; those of the two parts' own configs have no effect
 */
public record ClipConfig(ClipTextConfig text, ClipVisionConfig vision, int projectionDim) {
    /** Whether a config is that of a whole CLIP and not of one of its encoders. */
    public static boolean isWhole(Config config) {
        return config.has("vision_config") || config.has("vision_config_dict") || config.has("text_config");
    }

    /** Reads a config; an absent key has transformers' default. */
    public static ClipConfig of(Config config) {
        ConfigReader r = ClipEncoderConfig.reader(config);
        r.only("model_type", "clip").ignore("logit_scale_init_value");
        // Early exports have the true values beside wrong ones; transformers lets the former win.
        Config text = part(r, "text_config");
        Config vision = part(r, "vision_config");
        int dim = r.integer("projection_dim", 512);
        return r.done(new ClipConfig(
                ClipTextConfig.of(text), ClipVisionConfig.of(vision).projectedTo(dim), dim));
    }

    private static Config part(ConfigReader r, String key) {
        Config plain = r.optionalObject(key);
        Config first = r.optionalObject(key + "_dict");
        Config found = first != null ? first : plain;
        return found != null ? found : Config.parse("ClipConfig." + key, "{}");
    }

    /** The config that transformers loads as a {@code CLIPModel}. */
    public Config toConfig() {
        return Config.of("CLIPModel")
                .without("_class_name")
                .without("_diffusers_version")
                .with("architectures", List.of("CLIPModel"))
                .with("logit_scale_init_value", 2.6592)
                .with("model_type", "clip")
                .with("projection_dim", projectionDim)
                .with("text_config", text.toConfig(true).without("architectures"))
                .with("vision_config", vision.toConfig(true).without("architectures"));
    }
}
