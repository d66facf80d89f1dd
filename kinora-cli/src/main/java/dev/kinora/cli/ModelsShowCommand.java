package dev.kinora.cli;

import dev.kinora.weights.CheckpointFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a checkpoint's card and parts. */
@Command(
        name = "show",
        header = "Show a checkpoint: its card and its components.",
        description = {"", "The card says what the checkpoint knows, what it was made from, and its licence."},
        footer = {"", "Examples:", "  kinora models show kinora-mini", "  kinora models show zai-org/CogVideoX-2b"})
final class ModelsShowCommand extends Action {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Default: " + ModelLocator.DEFAULT + ".")
    private @Nullable String model;

    @Option(names = "--variant", paramLabel = "NAME", description = "Variant of the weights, such as fp16.")
    private String variant = "";

    @Override
    Report run() throws IOException {
        Path folder = ModelLocator.locate(model);
        Path card = folder.resolve("README.md");
        return new Shown(
                Files.isRegularFile(card) ? Files.readString(card) : null,
                CheckpointReport.of(CheckpointFolder.open(folder), variant, false, false));
    }

    /** The card as Markdown, if there is one, and the parts. */
    record Shown(@Nullable String card, CheckpointReport checkpoint) implements Report {
        @Override
        public void print(PrintWriter out) {
            if (card != null) {
                // A front matter of keys for web pages is nothing to read.
                out.println(card.replaceFirst("(?s)\\A---\\R.*?\\R---\\R+", "").strip());
                out.println();
            }
            checkpoint.print(out);
        }
    }
}
