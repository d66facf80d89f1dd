package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.List;
import java.util.Map;

/**
 * What the configs of both encoders say of their blocks.
 *
 * @param hiddenSize D, width of the residual stream
 * @param intermediateSize width between the two projections of an MLP
 * @param projectionDim width of the space that texts and pictures share
 * @param numHiddenLayers blocks
 * @param numAttentionHeads heads, together D wide
 * @param hiddenAct activation of the MLPs
 * @param layerNormEps added to variances
 */
public record ClipEncoderConfig(
        int hiddenSize,
        int intermediateSize,
        int projectionDim,
        int numHiddenLayers,
        int numAttentionHeads,
        ClipActivation hiddenAct,
        double layerNormEps) {
    /** What transformers 4 wrote into every nested config: settings of text generation, which CLIP does not do. */
    private static final String[] GENERATION = {
        "bad_words_ids",
        "begin_suppress_tokens",
        "cross_attention_hidden_size",
        "diversity_penalty",
        "do_sample",
        "early_stopping",
        "encoder_no_repeat_ngram_size",
        "exponential_decay_length_penalty",
        "finetuning_task",
        "forced_bos_token_id",
        "forced_eos_token_id",
        "length_penalty",
        "max_length",
        "min_length",
        "no_repeat_ngram_size",
        "num_beam_groups",
        "num_beams",
        "num_return_sequences",
        "output_scores",
        "prefix",
        "pruned_heads",
        "remove_invalid_values",
        "repetition_penalty",
        "return_dict_in_generate",
        "sep_token_id",
        "suppress_tokens",
        "temperature",
        "tf_legacy_loss",
        "tokenizer_class",
        "top_k",
        "top_p",
        "typical_p",
        "use_bfloat16",
        "dropout"
    };

    /** Checks the sizes against each other. */
    public ClipEncoderConfig {
        positive(
                "ClipEncoderConfig",
                Map.of(
                        "hidden_size", hiddenSize,
                        "intermediate_size", intermediateSize,
                        "projection_dim", projectionDim,
                        "num_hidden_layers", numHiddenLayers,
                        "num_attention_heads", numAttentionHeads));
        if (hiddenSize % numAttentionHeads != 0) {
            throw ConfigException.of(
                    "ClipEncoderConfig",
                    "num_attention_heads",
                    numAttentionHeads,
                    "a divisor of hidden_size = " + hiddenSize);
        }
    }

    static void positive(String record, Map<String, Integer> sizes) {
        sizes.forEach((key, value) -> {
            if (value <= 0) {
                throw ConfigException.of(record, key, value, "a positive number");
            }
        });
    }

    /** A reader that passes over whatever says nothing about the network's function. */
    static ConfigReader reader(Config config) {
        return config.reader()
                .ignoreTransformersKeys()
                .ignore(GENERATION)
                .ignore("attention_dropout", "initializer_factor", "initializer_range");
    }

    /**
     * Reads the keys of both encoders.
     *
     * @param absent what transformers takes for absent keys
     */
    static ClipEncoderConfig read(Config config, ConfigReader r, ClipEncoderConfig absent) {
        return new ClipEncoderConfig(
                r.integer("hidden_size", absent.hiddenSize),
                r.integer("intermediate_size", absent.intermediateSize),
                r.integer("projection_dim", absent.projectionDim),
                r.integer("num_hidden_layers", absent.numHiddenLayers),
                r.integer("num_attention_heads", absent.numAttentionHeads),
                ClipActivation.of(config, r.text("hidden_act", absent.hiddenAct.key())),
                r.number("layer_norm_eps", absent.layerNormEps));
    }

    ClipEncoderConfig projectedTo(int dim) {
        return new ClipEncoderConfig(
                hiddenSize, intermediateSize, dim, numHiddenLayers, numAttentionHeads, hiddenAct, layerNormEps);
    }

    /** The keys of both encoders, as transformers loads them. */
    Config toConfig(String architecture, String modelType) {
        return Config.of(architecture)
                .without("_class_name")
                .without("_diffusers_version")
                .with("architectures", List.of(architecture))
                .with("hidden_act", hiddenAct.key())
                .with("hidden_size", hiddenSize)
                .with("intermediate_size", intermediateSize)
                .with("layer_norm_eps", layerNormEps)
                .with("model_type", modelType)
                .with("num_attention_heads", numAttentionHeads)
                .with("num_hidden_layers", numHiddenLayers)
                .with("projection_dim", projectionDim);
    }
}
