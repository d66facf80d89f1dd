package dev.kinora.curate.engine;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where an engine works.
 *
 * @param master address of the cluster; empty for the engine's own choice
 * @param conf settings of the cluster's software, by its own keys
 * @param models where the files of models lie whose hashes the recipe names, by name
 */
public record EngineSettings(String master, Map<String, String> conf, Map<String, Path> models) {
    /** Everything as the engine would have it. */
    public static final EngineSettings NONE = new EngineSettings("", Map.of(), Map.of());

    /** Settings of an engine whose recipe names no models. */
    public EngineSettings(String master, Map<String, String> conf) {
        this(master, conf, Map.of());
    }

    public EngineSettings {
        conf = java.util.Collections.unmodifiableMap(new TreeMap<>(conf));
        models = Map.copyOf(models);
    }
}
