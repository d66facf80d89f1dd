package dev.kinora.models.clip;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.Map;

/** What the three configs have in common. */
final class ClipConfigs {
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

    private ClipConfigs() {}

    /** A reader that passes over whatever says nothing about the network's function. */
    static ConfigReader reader(Config config) {
        return config.reader()
                .ignoreTransformersKeys()
                .ignore(GENERATION)
                .ignore("attention_dropout", "initializer_factor", "initializer_range");
    }

    static void positive(String record, Map<String, Integer> sizes) {
        sizes.forEach((key, value) -> {
            if (value <= 0) {
                throw ConfigException.of(record, key, value, "a positive number");
            }
        });
    }

    static void divides(String record, int width, int heads) {
        if (width % heads != 0) {
            throw ConfigException.of(record, "num_attention_heads", heads, "a divisor of hidden_size = " + width);
        }
    }
}
