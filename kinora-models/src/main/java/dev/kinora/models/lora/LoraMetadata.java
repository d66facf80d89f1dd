package dev.kinora.models.lora;

import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigReader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What PEFT writes of an adapter beside its tensors, as far as it bears on the result.
 *
 * @param alpha {@code lora_alpha}, or null where nothing is said: then it is the rank
 * @param alphaPattern alphas of layers that differ, by path or the path's end
 * @param rsLora whether alpha is divided by the rank's square root instead of the rank
 */
record LoraMetadata(@Nullable Double alpha, Map<String, Double> alphaPattern, boolean rsLora) {
    static final String KEY = "lora_adapter_metadata";
    static final LoraMetadata NONE = new LoraMetadata(null, Map.of(), false);

    /** Reads PEFT's fields, each behind {@code prefix}; what is missing is left out. */
    static LoraMetadata read(Config config, String prefix) {
        ConfigReader r = config.reader();
        Boolean dora = r.optionalBool(prefix + "use_dora");
        if (dora != null && dora) {
            throw CheckpointException.of(config.where(), prefix + "use_dora", true, "false: DoRA is not supported");
        }
        Boolean rsLora = r.optionalBool(prefix + "use_rslora");
        Map<String, Double> patterns = new LinkedHashMap<>();
        Config alphas = r.optionalObject(prefix + "alpha_pattern");
        if (alphas != null) {
            ConfigReader values = alphas.reader();
            for (String key : alphas.keys()) {
                patterns.put(literal(config.where(), key), values.number(key));
            }
        }
        return new LoraMetadata(r.optionalNumber(prefix + "lora_alpha"), patterns, rsLora != null && rsLora);
    }

    /** PEFT reads pattern keys as regular expressions; the ones it and diffusers write are paths. */
    private static String literal(String where, String pattern) {
        String path = pattern.replaceFirst("^\\^", "").replaceFirst("\\$$", "").replace("\\.", ".");
        if (!path.matches("[\\w.]+")) {
            throw CheckpointException.of(where, "alpha_pattern", pattern, "a layer's path");
        }
        return path;
    }

    /** What the low-rank product of a layer is multiplied by. */
    double scaling(String layer, long rank, @Nullable Double ownAlpha) {
        Double a = ownAlpha;
        if (a == null) {
            a = alpha;
            for (Map.Entry<String, Double> e : alphaPattern.entrySet()) {
                if (layer.equals(e.getKey()) || layer.endsWith("." + e.getKey())) {
                    a = e.getValue();
                    break;
                }
            }
        }
        double numerator = a == null ? rank : a;
        return numerator / (rsLora ? Math.sqrt(rank) : rank);
    }
}
