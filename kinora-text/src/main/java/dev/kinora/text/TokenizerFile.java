package dev.kinora.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parts of a {@code tokenizer.json} file that a tokenizer is made of, streamed: the vocabularies are long.
 *
 * @param pieces a unigram model's vocabulary in the order of its ids; empty for a BPE model
 * @param scores their log probabilities
 * @param vocab a BPE model's vocabulary; empty for a unigram model
 * @param merges a BPE model's merges, best first, each two pieces around one space
 * @param normalizer as it stands; missing where there is none
 */
record TokenizerFile(
        List<String> pieces,
        List<Double> scores,
        Map<String, Integer> vocab,
        List<String> merges,
        JsonNode normalizer,
        Map<Integer, AddedToken> addedTokens) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static TokenizerFile read(Path file) throws IOException {
        var pieces = new ArrayList<String>();
        var scores = new ArrayList<Double>();
        var vocab = new LinkedHashMap<String, Integer>();
        var merges = new ArrayList<String>();
        JsonNode normalizer = MissingNode.getInstance();
        var added = new TreeMap<Integer, AddedToken>();
        try (JsonParser in = JSON.getFactory().createParser(file.toFile())) {
            require(in.nextToken() == JsonToken.START_OBJECT, file, "an object");
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String key = in.currentName();
                in.nextToken();
                switch (key) {
                    case "normalizer" -> normalizer = in.readValueAsTree();
                    case "added_tokens" -> {
                        JsonNode list = in.readValueAsTree();
                        for (JsonNode token : list) {
                            added.put(token.path("id").asInt(-1), AddedToken.of(token, false, file + ": added_tokens"));
                        }
                        require(added.isEmpty() || added.firstKey() >= 0, file, "added_tokens with ids");
                    }
                    case "model" -> {
                        require(in.currentToken() == JsonToken.START_OBJECT, file, "model: an object");
                        while (in.nextToken() == JsonToken.FIELD_NAME) {
                            String field = in.currentName();
                            in.nextToken();
                            switch (field) {
                                case "vocab" -> vocabulary(in, pieces, scores, vocab, file);
                                case "merges" -> merges(in, merges, file);
                                default -> in.skipChildren();
                            }
                        }
                    }
                    default -> in.skipChildren();
                }
            }
        }
        return new TokenizerFile(pieces, scores, vocab, merges, normalizer, added);
    }

    private static void vocabulary(
            JsonParser in, List<String> pieces, List<Double> scores, Map<String, Integer> vocab, Path file)
            throws IOException {
        if (in.currentToken() == JsonToken.START_OBJECT) {
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String piece = in.currentName();
                require(in.nextToken() == JsonToken.VALUE_NUMBER_INT, file, "model.vocab: ids");
                vocab.put(piece, in.getIntValue());
            }
            return;
        }
        require(in.currentToken() == JsonToken.START_ARRAY, file, "model.vocab: a list or an object");
        while (in.nextToken() == JsonToken.START_ARRAY) {
            require(in.nextToken() == JsonToken.VALUE_STRING, file, "model.vocab: [piece, score]");
            pieces.add(in.getText());
            require(in.nextToken().isNumeric(), file, "model.vocab: [piece, score]");
            scores.add(in.getDoubleValue());
            require(in.nextToken() == JsonToken.END_ARRAY, file, "model.vocab: [piece, score]");
        }
    }

    private static void merges(JsonParser in, List<String> merges, Path file) throws IOException {
        require(in.currentToken() == JsonToken.START_ARRAY, file, "model.merges: a list");
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.VALUE_STRING) {
                merges.add(in.getText());
            } else {
                String[] pair = in.readValueAs(String[].class);
                require(pair.length == 2, file, "model.merges: pairs");
                merges.add(pair[0] + ' ' + pair[1]);
            }
        }
    }

    private static void require(boolean holds, Path file, String expected) throws IOException {
        if (!holds) {
            throw new IOException(file + ": not a tokenizer file (expected: " + expected + ")");
        }
    }
}
