package dev.kinora.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.weights.internal.SafePaths;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline is made of: {@code model_index.json}. A component is a pair of library and class and has a folder of
 * its own; a pair of nulls is a component the pipeline does without. All other keys are options of the pipeline and
 * are kept.
 *
 * @param className the pipeline's class, such as {@code CogVideoXPipeline}
 * @param components the present components by name, in the order of the file
 * @param config the whole file
 */
public record ModelIndex(String className, Map<String, Kind> components, Config config) {
    /** The file's name. */
    public static final String FILE = "model_index.json";

    /**
     * What a component is.
     *
     * @param library {@code diffusers} or {@code transformers}, mostly
     * @param className the class in that library
     */
    public record Kind(String library, String className) {
        /** The stem of the component's weight files. */
        public String stem() {
            return library.equals("diffusers") ? Checkpoint.STEMS.get(0) : Checkpoint.STEMS.get(1);
        }

        /** The name of the component's config file. */
        public String configFile() {
            if (className.contains("Tokenizer")) {
                return "tokenizer_config.json";
            }
            if (className.endsWith("Processor") || className.endsWith("FeatureExtractor")) {
                return "preprocessor_config.json";
            }
            return className.endsWith("Scheduler") ? "scheduler_config.json" : "config.json";
        }
    }

    /** Reads the pairs of a {@code model_index.json}. */
    public static ModelIndex of(Config config) {
        String className = config.className();
        if (className == null) {
            throw CheckpointException.of(config.where(), "_class_name", "missing", "the pipeline's class");
        }
        Map<String, Kind> components = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : config.json().properties()) {
            JsonNode pair = e.getValue();
            if (e.getKey().startsWith("_") || !pair.isArray() || pair.size() != 2) {
                continue;
            }
            if (pair.get(0).isNull() && pair.get(1).isNull()) {
                continue;
            }
            if (!pair.get(0).isTextual() || !pair.get(1).isTextual()) {
                throw CheckpointException.of(config.where(), e.getKey(), pair, "a library and a class");
            }
            if (!SafePaths.isPlainName(e.getKey())) {
                throw CheckpointException.of(config.where(), "component", e.getKey(), "a plain folder name");
            }
            components.put(
                    e.getKey(), new Kind(pair.get(0).textValue(), pair.get(1).textValue()));
        }
        return new ModelIndex(className, Collections.unmodifiableMap(components), config);
    }

    /** An index of a pipeline class without components yet, to be written. */
    public static ModelIndex of(String className) {
        return of(Config.of(className));
    }

    /** A copy with one component more. */
    public ModelIndex with(String name, String library, String componentClass) {
        return of(config.with(name, List.of(library, componentClass)));
    }

    /** What a component is, or null where the pipeline has none of that name. */
    public @Nullable Kind kind(String component) {
        return components.get(component);
    }
}
