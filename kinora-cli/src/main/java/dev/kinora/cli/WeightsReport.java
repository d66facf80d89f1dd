package dev.kinora.cli;

import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.SafetensorsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a weight file or a component's folder holds.
 *
 * @param path what was inspected
 * @param weights all of them together
 * @param files the files that were read
 * @param metadata the texts in their headers
 * @param tensors each tensor, if asked for
 */
record WeightsReport(
        Path path,
        Weights weights,
        List<Path> files,
        Map<String, String> metadata,
        @Nullable List<Weights.StoredTensor> tensors)
        implements Report {
    static WeightsReport of(Path path, String variant, boolean tensors) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Checkpoint checkpoint = Checkpoint.open(path, variant, arena);
            Map<String, String> metadata = new TreeMap<>();
            checkpoint.files().forEach(f -> metadata.putAll(f.metadata()));
            return new WeightsReport(
                    path,
                    Weights.of(checkpoint),
                    checkpoint.files().stream().map(SafetensorsFile::path).toList(),
                    metadata,
                    tensors ? Weights.tensors(checkpoint) : null);
        }
    }

    @Override
    public void print(PrintWriter out) {
        out.println(path);
        out.println(weights.describe() + (files.size() == 1 ? "" : ", " + files.size() + " files"));
        metadata.forEach((k, v) -> out.println(k + ": " + (v.length() > 200 ? v.substring(0, 200) + "…" : v)));
        if (tensors != null) {
            tensors.forEach(t -> out.println("  " + t));
        }
    }
}
