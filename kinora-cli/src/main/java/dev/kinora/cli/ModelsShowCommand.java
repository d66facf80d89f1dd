package dev.kinora.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.train.run.TrainingFacts;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.Config;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a checkpoint knows, how it was made and its parts. */
@Command(
        name = "show",
        header = "Show a checkpoint: its card, what it knows, how it was trained, its components.",
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
        CheckpointFolder checkpoint = CheckpointFolder.open(folder);
        Map<String, JsonNode> training = new LinkedHashMap<>();
        for (CheckpointFolder.Component c : checkpoint.components()) {
            Path file = c.optionalFile(TrainingFacts.FILE);
            if (file != null) {
                training.put(c.name(), Json.parse(Config.read(file).toJson()));
            }
        }
        return new Shown(
                Files.isRegularFile(card) ? Files.readString(card) : null,
                ModelFacts.read(checkpoint),
                training,
                CheckpointReport.of(checkpoint, variant, false, false));
    }

    /**
     * All that is known of a checkpoint.
     *
     * @param card as Markdown, if there is one
     * @param knows what it says of itself
     * @param training by component, how Kinora trained it
     * @param checkpoint its parts
     */
    record Shown(@Nullable String card, ModelFacts knows, Map<String, JsonNode> training, CheckpointReport checkpoint)
            implements Report {
        private static final int WIDTH = 100;

        @Override
        public void print(PrintWriter out) {
            if (card != null) {
                // A front matter of keys for web pages is nothing to read.
                out.println(card.replaceFirst("(?s)\\A---\\R.*?\\R---\\R+", "").strip());
                out.println();
            }
            if (knows.about() != null) {
                out.println(knows.about());
            }
            if (!knows.sizes().isEmpty()) {
                out.println("trained at " + String.join(", ", knows.sizes()));
            }
            if (!knows.vocabulary().isEmpty()) {
                out.println("knows " + knows.vocabulary().size() + " words:");
                print(out, knows.vocabulary());
            }
            training.forEach((component, facts) -> {
                out.println("training of " + component + ":");
                facts.properties().forEach(e -> print(out, e.getKey(), e.getValue()));
            });
            checkpoint.print(out);
        }

        /** What fits on a line; curves and the like are for --json. */
        private static void print(PrintWriter out, String key, JsonNode value) {
            String text = value.isValueNode() ? value.asText() : value.toString();
            if (text.length() <= WIDTH) {
                out.println("  " + key.replace('_', ' ') + ": " + text);
            } else if (value.isObject()) {
                value.properties().forEach(e -> print(out, key + "." + e.getKey(), e.getValue()));
            }
        }

        private static void print(PrintWriter out, List<String> words) {
            StringBuilder line = new StringBuilder(" ");
            for (String word : words) {
                if (line.length() + word.length() + 1 > WIDTH) {
                    out.println(line);
                    line.setLength(1);
                }
                line.append(' ').append(word);
            }
            out.println(line);
        }
    }
}
