package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigReader;
import java.util.Map;

/**
 * The {@code config.json} of a CLIP text encoder, or {@code text_config} of a whole CLIP.
 *
 * @param encoder its blocks
 * @param vocabSize rows of the token embedding
 * @param maxPositionEmbeddings the longest text in tokens
 * @param eosTokenId id whose first place in a text is what {@code pooled} is taken from; 2 means, as in transformers,
 *     that the config is older than this key's meaning and the place is that of the largest id
 */
public record ClipTextConfig(ClipEncoderConfig encoder, int vocabSize, int maxPositionEmbeddings, int eosTokenId) {
    /** What {@code eos_token_id} was in configs written before transformers 4.31, whatever the vocabulary. */
    public static final int LEGACY_EOS = 2;

    private static final ClipEncoderConfig ABSENT =
            new ClipEncoderConfig(512, 2048, 512, 12, 8, ClipActivation.QUICK_GELU, 1e-5);

    /** Checks the sizes. */
    public ClipTextConfig {
        ClipEncoderConfig.positive(
                "ClipTextConfig", Map.of("vocab_size", vocabSize, "max_position_embeddings", maxPositionEmbeddings));
    }

    /** Reads a config; an absent key has transformers' default. */
    public static ClipTextConfig of(Config config) {
        ConfigReader r = ClipEncoderConfig.reader(config);
        r.only("model_type", "clip_text_model");
        return r.done(new ClipTextConfig(
                ClipEncoderConfig.read(config, r, ABSENT),
                r.integer("vocab_size", 49408),
                r.integer("max_position_embeddings", 77),
                r.integer("eos_token_id", 49407)));
    }

    /** The config that transformers loads. */
    public Config toConfig(boolean projected) {
        return encoder.toConfig(projected ? "CLIPTextModelWithProjection" : "CLIPTextModel", "clip_text_model")
                .with("eos_token_id", eosTokenId)
                .with("max_position_embeddings", maxPositionEmbeddings)
                .with("vocab_size", vocabSize);
    }
}
