package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigReader;
import java.util.List;
import java.util.Map;

/**
 * The {@code config.json} of a CLIP text encoder, or {@code text_config} of a whole CLIP.
 *
 * @param vocabSize rows of the token embedding
 * @param hiddenSize D, width of the residual stream
 * @param intermediateSize width between the two projections of an MLP
 * @param projectionDim width of the space shared with pictures
 * @param numHiddenLayers blocks
 * @param numAttentionHeads heads, together D wide
 * @param maxPositionEmbeddings the longest text in tokens
 * @param hiddenAct activation of the MLPs
 * @param layerNormEps added to variances
 * @param eosTokenId id whose first place in a text is what {@code pooled} is taken from; 2 means, as in transformers,
 *     that the config is older than this key's meaning and the place is that of the largest id
 */
public record ClipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int projectionDim,
        int numHiddenLayers,
        int numAttentionHeads,
        int maxPositionEmbeddings,
        ClipActivation hiddenAct,
        double layerNormEps,
        int eosTokenId) {
    /** What {@code eos_token_id} was in configs written before transformers 4.31, whatever the vocabulary. */
    public static final int LEGACY_EOS = 2;

    /** Checks the sizes against each other. */
    public ClipTextConfig {
        ClipConfigs.positive(
                "ClipTextConfig",
                Map.of(
                        "vocab_size", vocabSize,
                        "hidden_size", hiddenSize,
                        "intermediate_size", intermediateSize,
                        "projection_dim", projectionDim,
                        "num_hidden_layers", numHiddenLayers,
                        "num_attention_heads", numAttentionHeads,
                        "max_position_embeddings", maxPositionEmbeddings));
        ClipConfigs.divides("ClipTextConfig", hiddenSize, numAttentionHeads);
    }

    /** Reads a config; an absent key has transformers' default. */
    public static ClipTextConfig of(Config config) {
        ConfigReader r = ClipConfigs.reader(config);
        r.only("model_type", "clip_text_model");
        return r.done(new ClipTextConfig(
                r.integer("vocab_size", 49408),
                r.integer("hidden_size", 512),
                r.integer("intermediate_size", 2048),
                r.integer("projection_dim", 512),
                r.integer("num_hidden_layers", 12),
                r.integer("num_attention_heads", 8),
                r.integer("max_position_embeddings", 77),
                ClipActivation.of(config, r.text("hidden_act", "quick_gelu")),
                r.number("layer_norm_eps", 1e-5),
                r.integer("eos_token_id", 49407)));
    }

    /** The config that transformers loads. */
    public Config toConfig(boolean projected) {
        return Config.of("CLIPTextModel")
                .without("_class_name")
                .without("_diffusers_version")
                .with("architectures", List.of(projected ? "CLIPTextModelWithProjection" : "CLIPTextModel"))
                .with("eos_token_id", eosTokenId)
                .with("hidden_act", hiddenAct.key())
                .with("hidden_size", hiddenSize)
                .with("intermediate_size", intermediateSize)
                .with("layer_norm_eps", layerNormEps)
                .with("max_position_embeddings", maxPositionEmbeddings)
                .with("model_type", "clip_text_model")
                .with("num_attention_heads", numAttentionHeads)
                .with("num_hidden_layers", numHiddenLayers)
                .with("projection_dim", projectionDim)
                .with("vocab_size", vocabSize);
    }
}
