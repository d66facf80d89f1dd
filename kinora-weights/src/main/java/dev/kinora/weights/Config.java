package dev.kinora.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.weights.internal.Json;
import dev.kinora.weights.internal.Show;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON a component is configured by ({@code config.json}, {@code scheduler_config.json}), kept whole so that saving
 * it again loses nothing. A model's config is a record that takes its fields through a {@link ConfigReader}, one line
 * per field:
 *
 * {@snippet :
 * record TransformerConfig(int numLayers, double normEps, @Nullable Integer patchSizeT) {
 *     static TransformerConfig of(Config config) {
 *         ConfigReader r = config.reader("CogVideoXTransformer3DModel");
 *         return r.done(new TransformerConfig(
 *                 r.integer("num_layers", 30),
 *                 r.number("norm_eps", 1e-5),
 *                 r.optionalInteger("patch_size_t")));
 *     }
 * }
 * }
 *
 * <p>Immutable.
 */
public final class Config {
    /** The layout version written as {@code _diffusers_version}: the release our files are checked against. */
    public static final String DIFFUSERS_VERSION = "0.42.1";

    private final String where;
    private final ObjectNode json;

    private Config(String where, ObjectNode json) {
        this.where = where;
        this.json = json;
    }

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws CheckpointException if the file is missing, is not strict UTF-8 JSON, or has a key twice
     */
    public static Config read(Path file) throws IOException {
        return new Config(file.toString(), Json.read(file));
    }

    /** Parses JSON text; {@code where} names it in messages. */
    public static Config parse(String where, String text) {
        return new Config(where, Json.parse(where, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A config to be written, of the diffusers class that shall load it; see {@link #with(String, Object)}. */
    public static Config of(String className) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("_class_name", className);
        json.put("_diffusers_version", DIFFUSERS_VERSION);
        return new Config(className, json);
    }

    static Config of(String where, ObjectNode json) {
        return new Config(where, json);
    }

    /** A copy in which the key has the value: null, Boolean, Integer, Long, Double, String, a Config, or a List or Map of those. */
    public Config with(String key, @Nullable Object value) {
        ObjectNode copy = json.deepCopy();
        copy.set(key, node(key, value));
        return new Config(where, copy);
    }

    /** A copy without the key. */
    public Config without(String key) {
        ObjectNode copy = json.deepCopy();
        copy.remove(key);
        return new Config(where, copy);
    }

    private JsonNode node(String key, @Nullable Object value) {
        JsonNodeFactory f = JsonNodeFactory.instance;
        return switch (value) {
            case null -> f.nullNode();
            case Boolean b -> f.booleanNode(b);
            case Integer i -> f.numberNode(i);
            case Long l -> f.numberNode(l);
            case Double d -> f.numberNode(d);
            case String s -> f.textNode(s);
            case Config c -> c.json.deepCopy();
            case List<?> list -> {
                var array = f.arrayNode();
                list.forEach(e -> array.add(node(key, e)));
                yield array;
            }
            case Map<?, ?> map -> {
                var object = f.objectNode();
                map.forEach((k, v) -> object.set(String.valueOf(k), node(key, v)));
                yield object;
            }
            default -> throw ConfigException.of(where, key, value.getClass(), "a value JSON has");
        };
    }

    /** Where this config came from: the file, or the name given to {@link #parse}. */
    public String where() {
        return where;
    }

    /** The diffusers class ({@code _class_name}), or null where none is named, as in transformers configs. */
    public @Nullable String className() {
        JsonNode node = json.get("_class_name");
        return node != null && node.isTextual() ? node.textValue() : null;
    }

    /** Whether the key is present, be it with null. */
    public boolean has(String key) {
        return json.has(key);
    }

    /** All keys in the order of the file. */
    public List<String> keys() {
        List<String> keys = new ArrayList<>();
        json.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /** A reader over the fields, whatever class the config names. */
    public ConfigReader reader() {
        return new ConfigReader(where, json);
    }

    /**
     * A reader over the fields of a config that has to be of one of these classes; a config that names no class is
     * taken as it is.
     *
     * @throws ConfigException if it names another class
     */
    public ConfigReader reader(String className, String... others) {
        String actual = className();
        List<String> known = new ArrayList<>(List.of(className));
        known.addAll(List.of(others));
        if (actual != null && !known.contains(actual)) {
            throw ConfigException.of(where, "_class_name", actual, String.join(" or ", known));
        }
        return reader();
    }

    /** Writes the file whole: every key, those that no reader knows too, in their order. */
    public void write(Path file) throws IOException {
        Json.write(file, json);
    }

    /** The JSON text, two spaces per level. */
    public String toJson() {
        return Json.pretty(json);
    }

    ObjectNode json() {
        return json;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Config c && c.json.equals(json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    @Override
    public String toString() {
        return where + " " + Show.value(json);
    }
}
