package dev.kinora.train.dit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.train.run.Metrics;
import dev.kinora.train.run.RunFolder;
import dev.kinora.train.run.TrainingFacts;
import dev.kinora.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a trained transformer was made from. */
final class DitFacts {
    private DitFacts() {}

    static ObjectNode of(DitRun run, int step, int processes, Map<String, String> provenance, @Nullable Metrics metrics)
            throws IOException {
        ObjectNode config = run.settings().deepCopy();
        if (config.has("checkpoint")) {
            config.set(
                    "checkpoint", checkpoint(Path.of(config.path("checkpoint").asText())));
        }
        ObjectNode data = run.cache().description().deepCopy();
        data.remove("tokenizer");
        data.set("tokenizer_sha256", TrainingFacts.hashesOf(run.cache().tokenizer()));
        ObjectNode facts =
                TrainingFacts.of(step, provenance, run.device().toString(), config, data, processes, metrics);
        if (metrics != null) {
            facts.set("validation_curve", RunFolder.array(metrics.series("validation")));
        }
        return facts;
    }

    /** The checkpoint that was trained further, with what it had been made from itself. */
    private static ObjectNode checkpoint(Path path) throws IOException {
        CheckpointFolder from = CheckpointFolder.open(path);
        ObjectNode facts = RunFolder.object();
        facts.put(
                "name", String.valueOf(from.path().toAbsolutePath().normalize().getFileName()));
        facts.set(
                "transformer_sha256",
                TrainingFacts.hashes(from.component("transformer").weightFiles("")));
        Path before = from.component("transformer").optionalFile(TrainingFacts.FILE);
        if (before != null) {
            facts.set("training", TrainingFacts.read(before));
        }
        return facts;
    }
}
