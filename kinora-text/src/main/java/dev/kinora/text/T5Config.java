package dev.kinora.text;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The {@code config.json} of a T5 model, as far as it bears on the encoder.
 *
 * @param vocabSize rows of the embedding
 * @param dModel D, width of the residual stream
 * @param dKv width of one head; H heads of it need not make up D
 * @param dFf width of the feed-forward layer
 * @param numLayers encoder blocks
 * @param numHeads H
 * @param relativeAttentionNumBuckets how many distances the position bias tells apart, both directions together
 * @param relativeAttentionMaxDistance tokens from which on all distances are one
 * @param layerNormEpsilon added to the mean square
 * @param feedForwardProj the activation: of one projection, or of a gate beside it
 */
public record T5Config(
        int vocabSize,
        int dModel,
        int dKv,
        int dFf,
        int numLayers,
        int numHeads,
        int relativeAttentionNumBuckets,
        int relativeAttentionMaxDistance,
        double layerNormEpsilon,
        FeedForward feedForwardProj) {

    /** {@code feed_forward_proj} of the config. */
    public enum FeedForward {
        /** max(x, 0): the first T5. */
        RELU("relu"),
        /** x · Φ(x). */
        GELU("gelu"),
        /** GELU by its tanh approximation. */
        GELU_NEW("gelu_new"),
        /** x · sigmoid(x). */
        SILU("silu"),
        /** ReLU beside a gate. */
        GATED_RELU("gated-relu"),
        /** The tanh GELU beside a gate: T5 v1.1. */
        GATED_GELU("gated-gelu"),
        /** SiLU beside a gate. */
        GATED_SILU("gated-silu");

        private final String key;

        FeedForward(String key) {
            this.key = key;
        }

        /** The name in config.json. */
        public String key() {
            return key;
        }

        /** Whether a second projection is multiplied in. */
        public boolean gated() {
            return key.startsWith("gated-");
        }
    }

    private static final Map<String, FeedForward> PROJECTIONS =
            Arrays.stream(FeedForward.values()).collect(Collectors.toUnmodifiableMap(FeedForward::key, f -> f));

    /** Checks the sizes against each other. */
    public T5Config {
        positive("vocab_size", vocabSize);
        positive("d_model", dModel);
        positive("d_kv", dKv);
        positive("d_ff", dFf);
        positive("num_layers", numLayers);
        positive("num_heads", numHeads);
        // both directions, and in each of them exact and logarithmic buckets
        if (relativeAttentionNumBuckets < 4 || relativeAttentionNumBuckets % 4 != 0) {
            throw ConfigException.of(
                    "T5Config", "relative_attention_num_buckets", relativeAttentionNumBuckets, "a multiple of 4");
        }
        if (relativeAttentionMaxDistance <= relativeAttentionNumBuckets / 4) {
            throw ConfigException.of(
                    "T5Config",
                    "relative_attention_max_distance",
                    relativeAttentionMaxDistance,
                    "more than a quarter of relative_attention_num_buckets");
        }
    }

    private static void positive(String key, int value) {
        if (value <= 0) {
            throw ConfigException.of("T5Config", key, value, "a positive number");
        }
    }

    /** Reads a config; keys that concern only decoding or training are passed over. */
    public static T5Config of(Config config) {
        ConfigReader r = config.reader();
        r.only("model_type", "t5").ignoreTransformersKeys();
        r.ignore("num_decoder_layers", "dropout_rate", "initializer_factor", "is_gated_act", "dense_act_fn");
        String projection = r.text("feed_forward_proj", "relu");
        FeedForward feedForward = PROJECTIONS.get(projection);
        if (feedForward == null) {
            throw ConfigException.of(
                    config.where(),
                    "feed_forward_proj",
                    projection,
                    String.join(" or ", PROJECTIONS.keySet().stream().sorted().toList()));
        }
        return r.done(new T5Config(
                r.integer("vocab_size", 32128),
                r.integer("d_model", 512),
                r.integer("d_kv", 64),
                r.integer("d_ff", 2048),
                r.integer("num_layers", 6),
                r.integer("num_heads", 8),
                r.integer("relative_attention_num_buckets", 32),
                r.integer("relative_attention_max_distance", 128),
                r.number("layer_norm_epsilon", 1e-6),
                feedForward));
    }

    /** The config that transformers loads as a {@code T5EncoderModel}. */
    public Config toConfig() {
        return Config.of("T5EncoderModel")
                .without("_class_name")
                .without("_diffusers_version")
                .with("architectures", List.of("T5EncoderModel"))
                .with("d_ff", dFf)
                .with("d_kv", dKv)
                .with("d_model", dModel)
                .with("feed_forward_proj", feedForwardProj.key())
                .with("is_encoder_decoder", false)
                .with("layer_norm_epsilon", layerNormEpsilon)
                .with("model_type", "t5")
                .with("num_heads", numHeads)
                .with("num_layers", numLayers)
                .with("relative_attention_max_distance", relativeAttentionMaxDistance)
                .with("relative_attention_num_buckets", relativeAttentionNumBuckets)
                .with("tie_word_embeddings", false)
                .with("use_cache", false)
                .with("vocab_size", vocabSize);
    }
}
