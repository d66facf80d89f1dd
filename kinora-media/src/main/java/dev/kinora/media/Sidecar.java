package dev.kinora.media;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a folder of pictures and a GIF cannot say by themselves, as JSON: the exact frame rate and the metadata. Lies as
 * {@code video.json} in a PNG folder and in the comment extension of a GIF.
 */
record Sidecar(Rational frameRate, Map<String, String> metadata) {
    private static final ObjectMapper JSON = new ObjectMapper();

    String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("frame_rate", frameRate.toString());
        ObjectNode tags = root.putObject("metadata");
        metadata.forEach(tags::put);
        return root.toPrettyString();
    }

    /** The sidecar in {@code text}, or null if the text is something else. */
    static @Nullable Sidecar parse(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            if (root == null
                    || !root.path("frame_rate").isTextual()
                    || !root.path("metadata").isObject()) {
                return null;
            }
            Map<String, String> tags = new LinkedHashMap<>();
            root.get("metadata")
                    .properties()
                    .forEach(e -> tags.put(e.getKey(), e.getValue().asText()));
            return new Sidecar(Rational.parse(root.get("frame_rate").asText()), tags);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return null;
        }
    }
}
