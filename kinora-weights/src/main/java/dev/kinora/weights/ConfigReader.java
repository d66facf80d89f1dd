package dev.kinora.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.weights.internal.Nearest;
import dev.kinora.weights.internal.Show;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the fields of a {@link Config} one by one. Each method names the literal key; without a default the key is
 * required. {@link #done()} then refuses every key that nobody asked for, except those that begin with {@code _}.
 *
 * <p>A value of the wrong kind is never converted silently: {@code 3.5} or {@code "3"} is no integer. All methods throw
 * {@link ConfigException} with file, key, value and what was expected.
 */
public final class ConfigReader {
    private static final List<String> TRANSFORMERS_KEYS = List.of(
            "architectures",
            "model_type",
            "torch_dtype",
            "dtype",
            "transformers_version",
            "name_or_path",
            "output_past",
            "use_cache",
            "task_specific_params",
            "n_positions",
            "is_encoder_decoder",
            "pad_token_id",
            "eos_token_id",
            "bos_token_id",
            "decoder_start_token_id",
            "tie_word_embeddings",
            "classifier_dropout",
            "gradient_checkpointing",
            "return_dict",
            "output_hidden_states",
            "output_attentions",
            "torchscript",
            "id2label",
            "label2id",
            "problem_type",
            "is_decoder",
            "add_cross_attention",
            "tie_encoder_decoder",
            "chunk_size_feed_forward",
            "scale_decoder_outputs");

    private final String where;
    private final ObjectNode json;
    private final Set<String> asked = new LinkedHashSet<>();

    ConfigReader(String where, ObjectNode json) {
        this.where = where;
        this.json = json;
    }

    /** A required integer within the range of int. */
    public int integer(String key) {
        return toInt(key, require(key, "an integer"));
    }

    /** An integer within the range of int, or the default where the key is absent. */
    public int integer(String key, int otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : toInt(key, n);
    }

    /** An integer, or null where the key is absent or null. */
    public @Nullable Integer optionalInteger(String key) {
        JsonNode n = takeNonNull(key);
        return n == null ? null : (Integer) toInt(key, n);
    }

    /** An integer or null as written, or the default where the key is absent. */
    public @Nullable Integer optionalInteger(String key, @Nullable Integer otherwise) {
        return json.has(key) ? optionalInteger(key) : absent(key, otherwise);
    }

    /** A required number. */
    public double number(String key) {
        return toDouble(key, require(key, "a number"));
    }

    /** A number, or the default where the key is absent. */
    public double number(String key, double otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : toDouble(key, n);
    }

    /** A number, or null where the key is absent or null. */
    public @Nullable Double optionalNumber(String key) {
        JsonNode n = takeNonNull(key);
        return n == null ? null : (Double) toDouble(key, n);
    }

    /** A number or null as written, or the default where the key is absent. */
    public @Nullable Double optionalNumber(String key, @Nullable Double otherwise) {
        return json.has(key) ? optionalNumber(key) : absent(key, otherwise);
    }

    /** A required {@code true} or {@code false}. */
    public boolean bool(String key) {
        return toBoolean(key, require(key, "true or false"));
    }

    /** {@code true} or {@code false}, or the default where the key is absent. */
    public boolean bool(String key, boolean otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : toBoolean(key, n);
    }

    /** {@code true} or {@code false}, or null where the key is absent or null. */
    public @Nullable Boolean optionalBool(String key) {
        JsonNode n = takeNonNull(key);
        return n == null ? null : (Boolean) toBoolean(key, n);
    }

    /** A required text. */
    public String text(String key) {
        return toText(key, require(key, "a text"));
    }

    /** A text, or the default where the key is absent. */
    public String text(String key, String otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : toText(key, n);
    }

    /** A text, or null where the key is absent or null. */
    public @Nullable String optionalText(String key) {
        JsonNode n = takeNonNull(key);
        return n == null ? null : toText(key, n);
    }

    /** A text or null as written, or the default where the key is absent. */
    public @Nullable String optionalText(String key, @Nullable String otherwise) {
        return json.has(key) ? optionalText(key) : absent(key, otherwise);
    }

    /** One of the allowed texts, or the default where the key is absent. */
    public String choice(String key, String otherwise, String... allowed) {
        String value = text(key, otherwise);
        if (!value.equals(otherwise) && !Arrays.asList(allowed).contains(value)) {
            Set<String> all = new LinkedHashSet<>(List.of(otherwise));
            all.addAll(Arrays.asList(allowed));
            throw ConfigException.of(where, key, value, String.join(" or ", all));
        }
        return value;
    }

    /** A required list of integers. */
    public List<Integer> integers(String key) {
        return list(key, require(key, "a list of integers"), "a list of integers", n -> toInt(key, n));
    }

    /** A list of integers, or the default where the key is absent. */
    public List<Integer> integers(String key, List<Integer> otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : list(key, n, "a list of integers", e -> toInt(key, e));
    }

    /** A list of {@code count} integers, written as such or as one integer that holds for all (as for heads per block). */
    public List<Integer> integersOrOne(String key, int count, List<Integer> otherwise) {
        JsonNode n = take(key);
        if (n == null) {
            return otherwise;
        }
        if (n.isNumber()) {
            return java.util.Collections.nCopies(count, toInt(key, n));
        }
        List<Integer> values = list(key, n, "an integer or a list of " + count, e -> toInt(key, e));
        if (values.size() != count) {
            throw ConfigException.of(where, key, values, "an integer or a list of " + count);
        }
        return values;
    }

    /** A list of integers, or null where the key is absent or null. */
    public @Nullable List<Integer> optionalIntegers(String key) {
        JsonNode n = takeNonNull(key);
        return n == null ? null : list(key, n, "a list of integers", e -> toInt(key, e));
    }

    /** A required list of numbers. */
    public List<Double> numbers(String key) {
        return list(key, require(key, "a list of numbers"), "a list of numbers", n -> toDouble(key, n));
    }

    /** A list of numbers, or the default where the key is absent. */
    public List<Double> numbers(String key, List<Double> otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : list(key, n, "a list of numbers", e -> toDouble(key, e));
    }

    /** A list of numbers, or null where the key is absent or null. */
    public @Nullable List<Double> optionalNumbers(String key) {
        JsonNode n = takeNonNull(key);
        return n == null ? null : list(key, n, "a list of numbers", e -> toDouble(key, e));
    }

    /** A required list of texts. */
    public List<String> texts(String key) {
        return list(key, require(key, "a list of texts"), "a list of texts", n -> toText(key, n));
    }

    /** A list of texts, or the default where the key is absent. */
    public List<String> texts(String key, List<String> otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : list(key, n, "a list of texts", e -> toText(key, e));
    }

    /** A list of booleans, or the default where the key is absent. */
    public List<Boolean> bools(String key, List<Boolean> otherwise) {
        JsonNode n = take(key);
        return n == null ? otherwise : list(key, n, "a list of true and false", e -> toBoolean(key, e));
    }

    /** An object within the object, or null where the key is absent or null. */
    public @Nullable Config optionalObject(String key) {
        JsonNode n = takeNonNull(key);
        if (n == null) {
            return null;
        }
        if (n instanceof ObjectNode object) {
            return Config.of(where + "#" + key, object);
        }
        throw ConfigException.of(where, key, n, "an object");
    }

    /**
     * Accepts a key for which only these values are supported (absent is supported too): null, Boolean, Integer,
     * Double, String, or a List of those.
     */
    public ConfigReader only(String key, @Nullable Object... allowed) {
        JsonNode n = take(key);
        if (n == null) {
            return this;
        }
        for (Object a : allowed) {
            if (same(n, a)) {
                return this;
            }
        }
        List<String> shown = Arrays.stream(allowed).map(Show::value).toList();
        throw ConfigException.of(where, key, n, String.join(" or ", shown));
    }

    /** Accepts keys that have no effect here. */
    public ConfigReader ignore(String... keys) {
        asked.addAll(Arrays.asList(keys));
        return this;
    }

    /** Accepts the keys that transformers writes into every model's config and that say nothing about the network. */
    public ConfigReader ignoreTransformersKeys() {
        asked.addAll(TRANSFORMERS_KEYS);
        return this;
    }

    /** Refuses the keys that nobody asked for, all at once, each with the nearest known one; then gives the value back. */
    public <T> T done(T value) {
        done();
        return value;
    }

    /** Refuses the keys that nobody asked for, all at once, each with the nearest known one. */
    public void done() {
        List<String> unknown = new ArrayList<>();
        Nearest nearest = new Nearest();
        json.fieldNames().forEachRemaining(key -> {
            if (!key.startsWith("_") && !asked.contains(key)) {
                String near = nearest.to(key, asked);
                unknown.add(Show.message(
                        where,
                        key,
                        json.get(key),
                        near == null ? "no such key" : "no such key; the nearest is " + near));
            }
        });
        if (!unknown.isEmpty()) {
            throw new ConfigException(String.join("\n", unknown));
        }
    }

    private @Nullable JsonNode take(String key) {
        asked.add(key);
        return json.get(key);
    }

    private @Nullable JsonNode takeNonNull(String key) {
        JsonNode n = take(key);
        return n == null || n.isNull() ? null : n;
    }

    private JsonNode require(String key, String expected) {
        JsonNode n = take(key);
        if (n == null) {
            throw ConfigException.of(where, key, "missing", expected);
        }
        return n;
    }

    private <T> @Nullable T absent(String key, @Nullable T otherwise) {
        asked.add(key);
        return otherwise;
    }

    private int toInt(String key, JsonNode n) {
        if (!n.isIntegralNumber() || !n.canConvertToInt()) {
            throw ConfigException.of(where, key, n, "an integer");
        }
        return n.intValue();
    }

    private double toDouble(String key, JsonNode n) {
        if (!n.isNumber() || !Double.isFinite(n.doubleValue())) {
            throw ConfigException.of(where, key, n, "a finite number");
        }
        return n.doubleValue();
    }

    private boolean toBoolean(String key, JsonNode n) {
        if (!n.isBoolean()) {
            throw ConfigException.of(where, key, n, "true or false");
        }
        return n.booleanValue();
    }

    private String toText(String key, JsonNode n) {
        if (!n.isTextual()) {
            throw ConfigException.of(where, key, n, "a text");
        }
        return n.textValue();
    }

    private <T> List<T> list(String key, JsonNode n, String expected, Function<JsonNode, T> element) {
        if (!n.isArray()) {
            throw ConfigException.of(where, key, n, expected);
        }
        List<T> values = new ArrayList<>();
        n.forEach(e -> values.add(element.apply(e)));
        return List.copyOf(values);
    }

    private static boolean same(JsonNode n, @Nullable Object a) {
        return switch (a) {
            case null -> n.isNull();
            case Boolean b -> n.isBoolean() && n.booleanValue() == b;
            case Number x -> n.isNumber() && n.doubleValue() == x.doubleValue();
            case String s -> n.isTextual() && n.textValue().equals(s);
            case List<?> list -> {
                boolean same = n.isArray() && n.size() == list.size();
                for (int i = 0; same && i < list.size(); i++) {
                    same = same(n.get(i), list.get(i));
                }
                yield same;
            }
            default -> false;
        };
    }
}
