package dev.kinora.language.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatException;
import dev.kinora.language.chat.ChatSettings;
import dev.kinora.testkit.ChatServer;
import dev.kinora.testkit.ChatServer.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class PromptTest {
    /** Whoever changes a prompt's words raises its version: rows name prompts by it. */
    @Test
    void aVersionsWordsStay() {
        assertThat(Prompt.ALL.stream().map(p -> p.name() + " " + p.sha256().substring(0, 16)))
                .containsExactly(
                        "caption-image/1 58161513f07fdb76",
                        "caption-video/1 165d7a2d10a6a10f",
                        "caption-summary/1 f3b9d5f102e1cd96",
                        "dense-frame/1 14358f85d010bdae",
                        "dense-summary/1 0e87900e84b0a24e",
                        "shorten/1 1a169e7d708e2cf0",
                        "caption-direct/1 2a2c7b9405f6d723",
                        "judge/1 371810d939f69354",
                        "expand/1 bd35757deaed4069");
        assertThat(Prompt.ALL.stream().map(Prompt::id).collect(Collectors.toSet()))
                .hasSize(Prompt.ALL.size());
    }

    @Test
    void everyHoleIsFilledOnce() {
        assertThat(Prompt.SHORTEN.fill(Map.of("words", 120, "limit", 100, "text", "cost $5 \\ {{words}}")))
                .contains("120", "at most 100", "cost $5 \\ {{words}}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prompt.SHORTEN.fill(Map.of("words", 120)))
                .withMessageContaining("(expected: a value)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Prompt.CAPTION_IMAGE.fill(Map.of("words", 120)))
                .withMessageContaining("values");
    }

    @Test
    void openingsThatSayNothingGo() {
        Map<String, String> cases = Map.ofEntries(
                Map.entry("The video shows a dog running.", "A dog running."),
                Map.entry("In this image, a cat sleeps.", "A cat sleeps."),
                Map.entry("this short video clip depicts two boats", "two boats"),
                Map.entry("In the video we can see a man.", "A man."),
                Map.entry("The image features an élan of birds", "An élan of birds"),
                Map.entry("We see the sea.", "The sea."),
                Map.entry("**Caption:** \"A red ball\"", "A red ball"),
                Map.entry("Here is a summary of the clip: A red ball.", "A red ball."),
                Map.entry("A dog\n\nruns.", "A dog runs."),
                // nothing to strip
                Map.entry("A video camera stands on a desk.", "A video camera stands on a desk."),
                Map.entry("The image of a king hangs on a wall.", "The image of a king hangs on a wall."),
                Map.entry("The videographer shows a photo.", "The videographer shows a photo."),
                Map.entry("In this valley, goats graze.", "In this valley, goats graze."));
        cases.forEach((raw, clean) -> assertThat(ModelText.clean(raw)).isEqualTo(clean));
    }

    @Test
    void refusalsInWordsAreRefusals() throws ChatException {
        for (String refusal : List.of(
                "I'm sorry, but I can't help with that.",
                "I cannot describe this.",
                "I am unable to see the image.",
                "As an AI, I have no eyes.")) {
            assertThatThrownBy(() -> ModelText.requireUsable(ModelText.clean(refusal)))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(ChatException.Kind.REFUSED));
        }
        assertThatThrownBy(() -> ModelText.requireUsable("…"))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(ChatException.Kind.MALFORMED));
        ModelText.requireUsable("A sorry sight: a dog in the rain.");
    }

    @Test
    void longTextsEndWithASentence() {
        assertThat(WordLimit.words("  one  two\nthree ")).isEqualTo(3);
        assertThat(WordLimit.cut("One two three. Four five six. Seven eight.", 7))
                .isEqualTo("One two three. Four five six.");
        assertThat(WordLimit.cut("One two three four, five six seven", 4)).isEqualTo("One two three four…");
        assertThat(WordLimit.cut("One. Two", 2)).isEqualTo("One. Two");
    }

    @Test
    void aPromptIsMadeRicherAndTheOldOneKept() throws IOException {
        try (ChatServer server = ChatServer.start(q -> Reply.text(
                        q.says("a fox")
                                ? "Description: A red fox trots through deep snow. " + "It looks up. ".repeat(60)
                                : "I'm sorry, no."));
                ChatClient client = new ChatClient(ChatSettings.of(server.url(), "writer"))) {
            PromptExpander.Expanded e = new PromptExpander(client).expand("a fox", true);
            assertThat(e.original()).isEqualTo("a fox");
            assertThat(e.expanded()).startsWith("A red fox trots").endsWith("It looks up.");
            assertThat(WordLimit.words(e.expanded())).isEqualTo(118).isLessThanOrEqualTo(PromptExpander.LIMIT);
            assertThat(e.prompt()).isEqualTo("expand/1");
            assertThat(server.questions().getFirst().says("given first picture"))
                    .isTrue();
            assertThatThrownBy(() -> new PromptExpander(client).expand("a dog", false))
                    .isInstanceOf(ChatException.class);
        }
    }
}
