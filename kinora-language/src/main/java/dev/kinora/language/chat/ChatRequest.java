package dev.kinora.language.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question.
 *
 * @param prompt id, version and hash of the words it is asked with: {@code caption-image/1 SHA-256}
 * @param system what the model is told to be; empty for nothing
 * @param parts what it is asked, texts and pictures in their order
 * @param schema the JSON that the answer has to be; null for plain text
 * @param maxTokens of the answer, 1 or more
 * @param temperature 0 for the likeliest words
 */
public record ChatRequest(
        String prompt,
        String system,
        List<Part> parts,
        @Nullable Schema schema,
        int maxTokens,
        double temperature) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public ChatRequest {
        parts = List.copyOf(parts);
        if (parts.isEmpty() || maxTokens < 1 || !(temperature >= 0 && temperature <= 2)) {
            throw new IllegalArgumentException("chat: parts, max tokens, temperature = " + parts.size() + ", "
                    + maxTokens + ", " + temperature + " (expected: 1 or more, 1 or more, 0..2)");
        }
    }

    /** A piece of a question. */
    public sealed interface Part {}

    /** Words. */
    public record Text(String text) implements Part {}

    /** A picture that stands in the request itself. */
    public record Picture(Jpeg jpeg) implements Part {
        /** {@code data:image/jpeg;base64,…}. */
        public String dataUrl() {
            return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg.bytes());
        }
    }

    /**
     * A JSON schema and what it is called.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param schema in the strict form: every property required, none besides
     */
    public record Schema(String name, JsonNode schema) {}

    /** The question as the wire carries it, without the model's name. */
    ObjectNode body() {
        ObjectNode body = JSON.createObjectNode();
        body.set("messages", messages());
        body.put("temperature", temperature);
        body.put("max_tokens", maxTokens);
        if (schema != null) {
            ObjectNode format = body.putObject("response_format");
            format.put("type", "json_schema");
            ObjectNode named = format.putObject("json_schema");
            named.put("name", schema.name());
            named.put("strict", true);
            named.set("schema", schema.schema());
        }
        return body;
    }

    /** What is said, in the form that fine-tuning files have too. */
    public ArrayNode messages() {
        ArrayNode messages = JSON.createArrayNode();
        if (!system.isEmpty()) {
            messages.addObject().put("role", "system").put("content", system);
        }
        ObjectNode user = messages.addObject().put("role", "user");
        if (parts.stream().allMatch(Text.class::isInstance)) {
            List<String> texts = new ArrayList<>();
            parts.forEach(p -> texts.add(((Text) p).text()));
            user.put("content", String.join("\n", texts));
            return messages;
        }
        ArrayNode content = user.putArray("content");
        for (Part part : parts) {
            switch (part) {
                case Text t -> content.addObject().put("type", "text").put("text", t.text());
                case Picture p ->
                    content.addObject()
                            .put("type", "image_url")
                            .putObject("image_url")
                            .put("url", p.dataUrl());
            }
        }
        return messages;
    }

    /** Everything that decides the answer, as bytes. */
    byte[] content(String endpoint, String model) {
        return (endpoint + "\n" + model + "\n" + prompt + "\n" + body()).getBytes(UTF_8);
    }
}
