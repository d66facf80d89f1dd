package dev.kinora.cli;

import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.prompt.PromptExpander;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A richer prompt. */
@Command(
        name = "expand",
        header = "Make a short prompt a full description.",
        description = {
            "",
            "Asks a language model behind an OpenAI-compatible server. kinora generate --expand does the same "
                    + "before it generates."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora prompt expand \"a fox in the snow\" --base-url http://127.0.0.1:8000/v1 --model qwen3-8b"
        })
final class PromptExpandCommand extends Action {
    @Parameters(paramLabel = "PROMPT", description = "What the video shows, in quotes.")
    private String prompt = "";

    @Option(names = "--from-image", description = "The video will start from a given picture.")
    private boolean fromImage;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "NAME",
            description = "The model, as the server calls it.")
    private @Nullable String model;

    @Mixin
    private EndpointOptions endpoint = new EndpointOptions();

    @Override
    Report run() throws IOException {
        if (prompt.isBlank()) {
            throw refuse("PROMPT", "empty", "words that say what the video shows");
        }
        try (ChatClient client = new ChatClient(endpoint.settings(console(), "--model", model))) {
            interrupts().onStop(client::cancel);
            PromptExpander.Expanded expanded = new PromptExpander(client).expand(prompt, fromImage);
            return new Richer(expanded, Spent.of(client.totals()));
        }
    }

    /**
     * What came of it.
     *
     * @param expansion both prompts, and by which model and words
     * @param spent on it
     */
    record Richer(PromptExpander.Expanded expansion, Spent spent) implements Report {
        @Override
        public void print(PrintWriter to) {
            to.println(expansion.expanded());
        }
    }
}
