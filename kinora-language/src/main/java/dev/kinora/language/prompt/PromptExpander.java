package dev.kinora.language.prompt;

import dev.kinora.language.chat.ChatAnswer;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Makes a short request richer before a model sees it: text-to-video models are trained on long descriptions and do
 * better when asked with one. The request stays what decides.
 */
public final class PromptExpander {
    /** Words of a description; CogVideoX reads 226 tokens. */
    public static final int LIMIT = 120;

    private static final int MAX_TOKENS = 1024;

    private final ChatClient client;

    /** An expander that asks this model. */
    public PromptExpander(ChatClient client) {
        this.client = client;
    }

    /**
     * What came of it.
     *
     * @param original as the user wrote it
     * @param expanded what the video model is asked instead
     * @param model that wrote it
     * @param prompt id and version of the words it was asked with
     * @param promptSha256 of those words
     */
    public record Expanded(String original, String expanded, String model, String prompt, String promptSha256) {}

    /**
     * Asks for a richer prompt.
     *
     * @param original what the video shall show, not blank
     * @param withImage whether the video starts from a given picture, which the camera then must not leave at once
     * @throws ChatException if there is no usable answer
     */
    public Expanded expand(String original, boolean withImage) throws IOException {
        if (original.isBlank()) {
            throw new IllegalArgumentException("expand: prompt = empty (expected: what the video shows)");
        }
        String image = withImage ? ", and nothing that would contradict the given first picture" : "";
        ChatAnswer answer = client.ask(Prompt.EXPAND.request(
                Map.of("prompt", original.strip(), "limit", LIMIT, "image", image), List.of(), MAX_TOKENS));
        String text = ModelText.clean(answer.text());
        ModelText.requireUsable(text);
        return new Expanded(
                original,
                WordLimit.cut(text, LIMIT),
                client.settings().model(),
                Prompt.EXPAND.name(),
                Prompt.EXPAND.sha256());
    }
}
