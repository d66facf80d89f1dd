package dev.kinora.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the small files of a tokenizer folder say, put together as transformers 5 does in
 * {@code PreTrainedTokenizerBase._from_pretrained} (tokenization_utils_base.py).
 *
 * <p>{@code tokenizer_config.json} comes first. Only where it has no {@code added_tokens_decoder} do
 * {@code special_tokens_map.json}, {@code added_tokens.json} and the added tokens of {@code tokenizer.json} count.
 *
 * @param decoder added tokens by id
 * @param named {@code eos_token}, {@code pad_token} and the like, defaults included
 * @param extra {@code extra_special_tokens}, or {@code additional_special_tokens} of the config; null where absent
 * @param additional {@code additional_special_tokens} of special_tokens_map.json; null where absent
 * @param config tokenizer_config.json whole
 */
record TokenizerSettings(
        Path folder,
        TreeMap<Integer, AddedToken> decoder,
        Map<String, AddedToken> named,
        @Nullable List<AddedToken> extra,
        @Nullable List<AddedToken> additional,
        JsonNode config) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    /**
     * @param fileTokens the added tokens of tokenizer.json by id; empty where there is no such file
     * @param defaults the text of each named token that the tokenizer cannot be without
     */
    static TokenizerSettings read(Path folder, Map<Integer, AddedToken> fileTokens, Map<String, String> defaults)
            throws IOException {
        JsonNode config = object(folder.resolve("tokenizer_config.json"));
        var tokens = new LinkedHashMap<String, JsonNode>();
        config.properties().forEach(e -> {
            if (e.getKey().endsWith("_token")) {
                tokens.put(e.getKey(), e.getValue());
            }
        });
        JsonNode extra = config.path("extra_special_tokens");
        JsonNode additional = config.path("additional_special_tokens");
        if (extra.isEmpty() && !additional.isMissingNode()) {
            extra = additional;
            additional = MissingNode.getInstance();
        }

        var decoder = new TreeMap<Integer, AddedToken>();
        var mapped = new HashMap<String, AddedToken>();
        if (config.has("added_tokens_decoder")) {
            Path from = folder.resolve("tokenizer_config.json");
            config.get("added_tokens_decoder").properties().forEach(e -> {
                AddedToken token = AddedToken.of(e.getValue(), false, from + ": added_tokens_decoder");
                decoder.put(id(e.getKey(), from), token);
                mapped.put(token.content(), token);
            });
        } else {
            JsonNode map = object(folder.resolve("special_tokens_map.json"));
            map.properties().forEach(e -> {
                if (e.getKey().endsWith("_token")) {
                    tokens.put(e.getKey(), e.getValue());
                }
            });
            extra = map.has("extra_special_tokens") ? map.get("extra_special_tokens") : extra;
            additional = map.has("additional_special_tokens") ? map.get("additional_special_tokens") : additional;
            var special = new HashSet<String>();
            tokens.forEach((name, node) -> {
                if (NAMES.contains(name)) {
                    special.add(
                            node.isTextual()
                                    ? node.textValue()
                                    : node.path("content").asText());
                }
            });
            extra.forEach(node -> special.add(
                    node.isTextual() ? node.textValue() : node.path("content").asText()));
            Path added = folder.resolve("added_tokens.json");
            object(added).properties().forEach(e -> {
                boolean isSpecial = special.contains(e.getKey());
                var token = new AddedToken(e.getKey(), false, false, false, !isSpecial, isSpecial);
                decoder.put(id(e.getValue().asText(), added), token);
                mapped.put(token.content(), token);
            });
            fileTokens.forEach((id, token) -> {
                decoder.put(id, token);
                mapped.put(token.content(), token);
            });
        }

        if (extra.isObject()) {
            extra.properties().forEach(e -> tokens.putIfAbsent(e.getKey(), e.getValue()));
        }
        var named = new LinkedHashMap<String, AddedToken>();
        for (String name : NAMES) {
            JsonNode node = tokens.getOrDefault(name, MissingNode.getInstance());
            if (node.isTextual() || node.isObject()) {
                AddedToken token = AddedToken.of(node, node.isObject(), folder + ": " + name);
                named.put(name, mapped.getOrDefault(token.content(), token));
            } else if (defaults.containsKey(name)) {
                named.put(name, AddedToken.special(defaults.get(name)));
            }
        }
        tokens.forEach((name, node) -> {
            if (!NAMES.contains(name) && node.isTextual()) {
                named.put(name, AddedToken.special(node.textValue()));
            }
        });
        return new TokenizerSettings(folder, decoder, named, list(extra, folder), list(additional, folder), config);
    }

    /**
     * The tokens to cut out of the text, in order, with their ids: those of the vocabulary, or the next free ones.
     *
     * @param extraSpecial those that neither the files nor the names give
     * @param ids the vocabulary, to which new tokens are added
     * @param size of the vocabulary
     */
    Map<AddedToken, Integer> number(List<AddedToken> extraSpecial, Map<String, Integer> ids, int size) {
        var byContent = new LinkedHashMap<String, AddedToken>();
        decoder.values().forEach(t -> byContent.putIfAbsent(t.content(), t));
        // the decoder has the first word; among the others the last one counts, at the place of the first
        var decided = Set.copyOf(byContent.keySet());
        Stream.concat(named.values().stream(), extraSpecial.stream())
                .filter(t -> !t.content().isEmpty() && !decided.contains(t.content()))
                .forEach(t -> byContent.put(t.content(), t));
        var names = named.values().stream().map(AddedToken::content).collect(Collectors.toSet());
        var numbered = new LinkedHashMap<AddedToken, Integer>();
        int next = size;
        for (AddedToken token : byContent.values()) {
            Integer known = ids.putIfAbsent(token.content(), next);
            int id = known == null ? next++ : known;
            numbered.put(names.contains(token.content()) ? token.asSpecial() : token, id);
        }
        if (flag("split_special_tokens")) {
            numbered.keySet().removeIf(AddedToken::special);
        }
        return numbered;
    }

    /** The id of a named token that has one: the defaults of {@link #read} always do. */
    long id(String name, Map<String, Integer> ids) {
        AddedToken token = named.get(name);
        Integer id = token == null ? null : ids.get(token.content());
        if (id == null) {
            throw new IllegalArgumentException(folder + ": " + name + " = none (expected: a token of the vocabulary)");
        }
        return id;
    }

    AddedToken named(String name) {
        AddedToken token = named.get(name);
        if (token == null) {
            throw new IllegalArgumentException(folder + ": " + name + " = none (expected: a token)");
        }
        return token;
    }

    int integer(String key, int missing) {
        JsonNode value = config.path(key);
        // transformers writes "no limit" as 1e30
        return value.isNumber() && value.doubleValue() < Integer.MAX_VALUE ? value.intValue() : missing;
    }

    boolean flag(String key) {
        return config.path(key).asBoolean(false);
    }

    /** Whether {@code key} (padding_side, truncation_side) says left; right where it says nothing. */
    boolean left(String key) {
        String side = config.path(key).asText("right");
        return switch (side) {
            case "right" -> false;
            case "left" -> true;
            default ->
                throw new IllegalArgumentException(folder.resolve("tokenizer_config.json") + ": " + key + " = " + side
                        + " (expected: left or right)");
        };
    }

    private static @Nullable List<AddedToken> list(JsonNode node, Path folder) {
        if (!node.isArray()) {
            return null;
        }
        var tokens = new ArrayList<AddedToken>();
        node.forEach(n -> tokens.add(AddedToken.of(n, true, folder + ": additional_special_tokens")));
        return tokens;
    }

    private static int id(String text, Path file) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(file + ": token id = " + text + " (expected: a number)", e);
        }
    }

    private static JsonNode object(Path file) throws IOException {
        if (!Files.exists(file)) {
            return JSON.createObjectNode();
        }
        JsonNode node = JSON.readTree(file.toFile());
        if (!node.isObject()) {
            throw new IOException(file + ": not a JSON object");
        }
        return node;
    }
}
