package dev.kinora.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What trained weights were made from, kept beside them as {@code training.json}. It stands for itself on any machine:
 * what a run knows by a path is named there by the SHA-256 of its files.
 */
public final class TrainingFacts {
    /** The file's name. */
    public static final String FILE = "training.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private TrainingFacts() {}

    /**
     * The facts that every training has.
     *
     * @param provenance such as version and commit
     * @param config without paths
     * @param data without paths
     * @param metrics of the process that keeps them
     */
    public static ObjectNode of(
            int step,
            Map<String, String> provenance,
            String device,
            JsonNode config,
            JsonNode data,
            int processes,
            @Nullable Metrics metrics) {
        ObjectNode facts = RunFolder.object();
        facts.put("step", step);
        provenance.forEach(facts::put);
        facts.put("device", device);
        facts.set("config", config);
        facts.set("data", data);
        facts.put("processes", processes);
        if (metrics != null && !metrics.rows().isEmpty()) {
            facts.set("last_metrics", RunFolder.tree(metrics.rows().getLast()));
        }
        return facts;
    }

    /** SHA-256 by file name. */
    public static ObjectNode hashes(Collection<Path> files) throws IOException {
        ObjectNode hashes = RunFolder.object();
        Hashes.sha256(files, Hashes.Progress.NONE).forEach(hashes::put);
        return hashes;
    }

    /** SHA-256 by file name of a folder's files. */
    public static ObjectNode hashesOf(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> files = list.filter(Files::isRegularFile).toList();
            return hashes(files);
        }
    }

    /** Reads the facts. */
    public static JsonNode read(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }

    /** Writes the facts, indented. */
    public static void write(Path file, JsonNode facts) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), facts);
    }
}
