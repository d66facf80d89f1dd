package dev.kinora.language.judge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatAnswer;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatException;
import dev.kinora.language.chat.ChatRequest;
import dev.kinora.language.chat.Jpeg;
import dev.kinora.language.chat.Usage;
import dev.kinora.language.prompt.Prompt;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Asks a model that sees pictures for the six negative tags, by a JSON schema that lets it abstain. */
public final class ChatJudge implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int MAX_TOKENS = 512;

    private final ChatClient client;
    private final Sampling sampling;

    /** A judge that shows this model a clip's pictures. */
    public ChatJudge(ChatClient client, Sampling sampling) {
        this.client = client;
        this.sampling = sampling;
    }

    /** The client it asks by. */
    public ChatClient client() {
        return client;
    }

    /** Everything beside model and prompt that decides its answers, as one line. */
    public String options() {
        return "frames " + sampling.videoFrames() + ", long side " + sampling.longSide();
    }

    /** The moments of a clip that it wants to see. */
    public List<Double> times(double seconds) {
        return sampling.video(seconds);
    }

    /** The answer's form: for each tag yes, no or unsure, all of them, nothing else. */
    public static ChatRequest.Schema schema() {
        ObjectNode schema = JSON.createObjectNode();
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (NegativeTag tag : NegativeTag.values()) {
            ObjectNode property = properties.putObject(tag.word());
            property.put("type", "string");
            property.putArray("enum").add("yes").add("no").add("unsure");
            required.add(tag.word());
        }
        schema.put("additionalProperties", false);
        return new ChatRequest.Schema("judgement", schema);
    }

    /**
     * Judges a clip.
     *
     * @param clip with a frame for each of {@link #times}
     * @throws IOException if no clip can be judged any more, or this one only later
     */
    public Judgement judge(ClipFrames clip) throws IOException {
        List<ChatRequest.Picture> pictures = clip.frames().stream()
                .map(f -> new ChatRequest.Picture(Jpeg.of(f.image(), sampling.longSide())))
                .toList();
        String seconds = String.format(Locale.ROOT, "%.1f", clip.seconds());
        try {
            ChatAnswer answer = client.ask(Prompt.JUDGE.request(
                    Map.of("count", pictures.size(), "seconds", seconds), pictures, schema(), MAX_TOKENS));
            return parse(answer.text())
                    .map(tags -> new Judgement(Outcome.OK, "", tags, answer.usage()))
                    .orElseGet(() -> Judgement.unknown(
                            Outcome.MALFORMED, "answer = not the schema's JSON (expected: it)", answer.usage()));
        } catch (ChatException e) {
            Outcome outcome = switch (e.kind()) {
                case REFUSED -> Outcome.REFUSED;
                case MALFORMED -> Outcome.MALFORMED;
                case REJECTED -> Outcome.REJECTED;
                case UNUSABLE, BUDGET, UNAVAILABLE -> throw e;
            };
            return Judgement.unknown(outcome, String.valueOf(e.getMessage()), Usage.NONE);
        }
    }

    /** The tags that are sure; empty where the text is not what the schema asks for, in whatever detail. */
    static Optional<Map<NegativeTag, Boolean>> parse(String text) {
        String json = text.strip().replaceAll("\\A```(?:json)?\\s+|\\s+```\\z", "");
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        if (root == null || !root.isObject() || root.size() != NegativeTag.values().length) {
            return Optional.empty();
        }
        Map<NegativeTag, Boolean> tags = new EnumMap<>(NegativeTag.class);
        for (NegativeTag tag : NegativeTag.values()) {
            JsonNode value = root.get(tag.word());
            if (value == null || !value.isTextual()) {
                return Optional.empty();
            }
            switch (value.asText()) {
                case "yes" -> tags.put(tag, true);
                case "no" -> tags.put(tag, false);
                case "unsure" -> {
                    // unknown
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(tags);
    }

    @Override
    public void close() {
        client.close();
    }
}
