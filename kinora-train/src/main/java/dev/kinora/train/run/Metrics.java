package dev.kinora.train.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The metrics of a run, one JSON object a line, and the same in memory for plots. */
public final class Metrics {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<Map<String, Double>> rows = new ArrayList<>();

    /** Reads what the run wrote up to {@code step} and drops what it wrote later: a resumed run writes that again. */
    public Metrics(Path file, int step) throws IOException {
        this.file = file;
        if (!Files.exists(file)) {
            return;
        }
        StringBuilder kept = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
            Map<String, Double> row = new LinkedHashMap<>();
            try {
                JSON.readTree(line)
                        .properties()
                        .forEach(e -> row.put(e.getKey(), e.getValue().asDouble()));
            } catch (IOException e) {
                continue; // the last line of a killed run may be half written
            }
            if (row.getOrDefault("step", 0.0) <= step) {
                rows.add(row);
                kept.append(line).append('\n');
            }
        }
        Files.writeString(file, kept);
    }

    /** Writes a line. */
    public void add(int step, Map<String, Double> values) throws IOException {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("step", (double) step);
        row.putAll(values);
        rows.add(row);
        ObjectNode json = JSON.createObjectNode();
        json.put("step", step);
        values.forEach(json::put);
        Files.write(
                file,
                (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The points of one metric: pairs of step and value. */
    public List<double[]> series(String name) {
        return rows.stream()
                .filter(r -> r.containsKey(name))
                .map(r -> new double[] {r.getOrDefault("step", 0.0), r.getOrDefault(name, 0.0)})
                .toList();
    }

    /** All lines so far, in their order. */
    public List<Map<String, Double>> rows() {
        return rows;
    }
}
