package dev.kinora.text;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;

/**
 * A token that is cut out of the text before the vocabulary is asked, with Hugging Face's options.
 *
 * @param content its text
 * @param singleWord only where it stands as a word of its own
 * @param lstrip takes the white space on its left with it
 * @param rstrip takes the white space on its right with it
 * @param normalized looked for after normalization rather than before
 * @param special left out when decoding
 */
record AddedToken(
        String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized, boolean special) {

    /** A token that is given by its text alone. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    AddedToken asSpecial() {
        return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    /** {@code node}: a text, or an object with {@code content} and options. */
    static AddedToken of(JsonNode node, boolean special, String where) {
        if (node.isTextual()) {
            return special(node.textValue());
        }
        JsonNode content = node.path("content");
        if (!content.isTextual()) {
            throw new IllegalArgumentException(
                    where + ": token = " + node + " (expected: a text, or an object with \"content\")");
        }
        boolean marked = special || node.path("special").asBoolean(false);
        return new AddedToken(
                content.textValue(),
                node.path("single_word").asBoolean(false),
                node.path("lstrip").asBoolean(false),
                node.path("rstrip").asBoolean(false),
                node.path("normalized").asBoolean(!marked),
                marked);
    }

    /** The {@code added_tokens} field of tokenizer.json. */
    static void write(JsonGenerator out, Map<AddedToken, Integer> ids) throws IOException {
        out.writeArrayFieldStart("added_tokens");
        for (var entry : ids.entrySet()) {
            AddedToken token = entry.getKey();
            out.writeStartObject();
            out.writeNumberField("id", entry.getValue());
            out.writeStringField("content", token.content);
            out.writeBooleanField("single_word", token.singleWord);
            out.writeBooleanField("lstrip", token.lstrip);
            out.writeBooleanField("rstrip", token.rstrip);
            out.writeBooleanField("normalized", token.normalized);
            out.writeBooleanField("special", token.special);
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
