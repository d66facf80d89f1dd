package dev.kinora.language.prompt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kinora.language.Sha256;
import dev.kinora.language.chat.ChatRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Words that a model is asked with. They are a resource {@code ID.VERSION.txt}: what the model is told to be, a line
 * {@code ===}, what it is asked, with {@code {{holes}}}. Whoever changes the words raises the version.
 *
 * @param id such as {@code caption-image}
 * @param version from 1
 * @param sha256 of the resource
 * @param system what the model is told to be
 * @param user what it is asked
 */
public record Prompt(String id, int version, String sha256, String system, String user) {
    /** SVD's first caption: the middle frame. */
    public static final Prompt CAPTION_IMAGE = resource("caption-image", 1);

    /** SVD's second, and the short caption that the dense chain begins with: the clip by some of its frames. */
    public static final Prompt CAPTION_VIDEO = resource("caption-video", 1);

    /** SVD's third: both in one. */
    public static final Prompt CAPTION_SUMMARY = resource("caption-summary", 1);

    /** One frame in detail. */
    public static final Prompt DENSE_FRAME = resource("dense-frame", 1);

    /** The frames' descriptions as one. */
    public static final Prompt DENSE_SUMMARY = resource("dense-summary", 1);

    /** A text that has become too long. */
    public static final Prompt SHORTEN = resource("shorten", 1);

    /** The dense chain's result in one question: what a student is asked. */
    public static final Prompt CAPTION_DIRECT = resource("caption-direct", 1);

    /** Six reasons why a clip may teach the wrong thing. */
    public static final Prompt JUDGE = resource("judge", 1);

    /** A short request as the description that a model was trained on. */
    public static final Prompt EXPAND = resource("expand", 1);

    /** All of them. */
    public static final List<Prompt> ALL = List.of(
            CAPTION_IMAGE,
            CAPTION_VIDEO,
            CAPTION_SUMMARY,
            DENSE_FRAME,
            DENSE_SUMMARY,
            SHORTEN,
            CAPTION_DIRECT,
            JUDGE,
            EXPAND);

    private static final Pattern HOLE = Pattern.compile("\\{\\{([a-z]+)}}");

    private static Prompt resource(String id, int version) {
        String name = id + "." + version + ".txt";
        try (InputStream in = Prompt.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("prompt: " + name + " = missing (expected: a resource)");
            }
            String text = new String(in.readAllBytes(), UTF_8).replace("\r\n", "\n");
            int line = text.indexOf("\n===\n");
            return new Prompt(
                    id,
                    version,
                    Sha256.of(text),
                    text.substring(0, line).strip(),
                    text.substring(line + 5).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code caption-image/1}. */
    public String name() {
        return id + "/" + version;
    }

    /**
     * The question with its holes filled.
     *
     * @throws IllegalArgumentException if a hole is left or a value has none
     */
    public String fill(Map<String, ?> values) {
        List<String> used = new ArrayList<>();
        String text = HOLE.matcher(user).replaceAll((MatchResult m) -> {
            Object value = values.get(m.group(1));
            if (value == null) {
                throw new IllegalArgumentException(
                        "prompt " + name() + ": " + m.group(1) + " = none (expected: a value)");
            }
            used.add(m.group(1));
            return Matcher.quoteReplacement(value.toString());
        });
        if (!used.containsAll(values.keySet())) {
            throw new IllegalArgumentException(
                    "prompt " + name() + ": values = " + values.keySet() + " (expected: those of " + used + ")");
        }
        return text;
    }

    /** The question to a model, pictures after the words, to be answered with a text. */
    public ChatRequest request(Map<String, ?> values, List<ChatRequest.Picture> pictures, int maxTokens) {
        return request(values, pictures, null, maxTokens);
    }

    /** The same, to be answered with the JSON of a schema where there is one. */
    public ChatRequest request(
            Map<String, ?> values,
            List<ChatRequest.Picture> pictures,
            ChatRequest.@Nullable Schema schema,
            int maxTokens) {
        List<ChatRequest.Part> parts = new ArrayList<>();
        parts.add(new ChatRequest.Text(fill(values)));
        parts.addAll(pictures);
        return new ChatRequest(name() + " " + sha256, system, parts, schema, maxTokens, 0);
    }
}
