package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.List;
import java.util.Map;

/**
 * The {@code config.json} of a CLIP image encoder, or {@code vision_config} of a whole CLIP.
 *
 * @param hiddenSize D, width of the residual stream
 * @param intermediateSize width between the two projections of an MLP
 * @param projectionDim width of the space shared with texts
 * @param numHiddenLayers blocks
 * @param numAttentionHeads heads, together D wide
 * @param numChannels of a picture
 * @param imageSize rows and columns of a picture
 * @param patchSize rows and columns of a patch; what is left of the picture is not looked at
 * @param hiddenAct activation of the MLPs
 * @param layerNormEps added to variances
 */
public record ClipVisionConfig(
        int hiddenSize,
        int intermediateSize,
        int projectionDim,
        int numHiddenLayers,
        int numAttentionHeads,
        int numChannels,
        int imageSize,
        int patchSize,
        ClipActivation hiddenAct,
        double layerNormEps) {
    /** Checks the sizes against each other. */
    public ClipVisionConfig {
        ClipConfigs.positive(
                "ClipVisionConfig",
                Map.of(
                        "hidden_size", hiddenSize,
                        "intermediate_size", intermediateSize,
                        "projection_dim", projectionDim,
                        "num_hidden_layers", numHiddenLayers,
                        "num_attention_heads", numAttentionHeads,
                        "num_channels", numChannels,
                        "image_size", imageSize,
                        "patch_size", patchSize));
        ClipConfigs.divides("ClipVisionConfig", hiddenSize, numAttentionHeads);
        if (patchSize > imageSize) {
            throw ConfigException.of("ClipVisionConfig", "patch_size", patchSize, "at most image_size = " + imageSize);
        }
    }

    /** Reads a config; an absent key has transformers' default. */
    public static ClipVisionConfig of(Config config) {
        ConfigReader r = ClipConfigs.reader(config);
        r.only("model_type", "clip_vision_model");
        return r.done(new ClipVisionConfig(
                r.integer("hidden_size", 768),
                r.integer("intermediate_size", 3072),
                r.integer("projection_dim", 512),
                r.integer("num_hidden_layers", 12),
                r.integer("num_attention_heads", 12),
                r.integer("num_channels", 3),
                r.integer("image_size", 224),
                r.integer("patch_size", 32),
                ClipActivation.of(config, r.text("hidden_act", "quick_gelu")),
                r.number("layer_norm_eps", 1e-5)));
    }

    /** P: patches of a picture. */
    public int patches() {
        int side = imageSize / patchSize;
        return side * side;
    }

    ClipVisionConfig projectedTo(int dim) {
        return new ClipVisionConfig(
                hiddenSize,
                intermediateSize,
                dim,
                numHiddenLayers,
                numAttentionHeads,
                numChannels,
                imageSize,
                patchSize,
                hiddenAct,
                layerNormEps);
    }

    /** The config that transformers loads. */
    public Config toConfig(boolean projected) {
        return Config.of("CLIPVisionModel")
                .without("_class_name")
                .without("_diffusers_version")
                .with("architectures", List.of(projected ? "CLIPVisionModelWithProjection" : "CLIPVisionModel"))
                .with("hidden_act", hiddenAct.key())
                .with("hidden_size", hiddenSize)
                .with("image_size", imageSize)
                .with("intermediate_size", intermediateSize)
                .with("layer_norm_eps", layerNormEps)
                .with("model_type", "clip_vision_model")
                .with("num_attention_heads", numAttentionHeads)
                .with("num_channels", numChannels)
                .with("num_hidden_layers", numHiddenLayers)
                .with("patch_size", patchSize)
                .with("projection_dim", projectionDim);
    }
}
