package dev.kinora.models.lora;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.weights.CheckpointException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the model's layer for each of a file's. */
final class LoraMatch {
    private final ParameterSet model;
    private final String component;
    private final Map<String, String> byFlatName = new HashMap<>();

    /**
     * Over the layers of one model.
     *
     * @param component its name in the pipeline, such as {@code transformer}; a file's other components are passed over
     */
    LoraMatch(ParameterSet model, String component) {
        this.model = model;
        this.component = component;
        paths().forEach(p -> byFlatName.put(p.replace('.', '_'), p));
    }

    /** The model's layers by their path, with the file's. */
    record Matched(Map<String, LoraFile.Layer> layers, LoraReport report) {}

    /**
     * Matches a file whole.
     *
     * @throws CheckpointException if none of its layers is in the model, or a factor does not fit its layer
     */
    Matched match(LoraFile file, double scale) {
        Map<String, LoraFile.Layer> matched = new LinkedHashMap<>();
        List<LoraReport.Unmatched> unmatched = new ArrayList<>();
        List<String> misfits = new ArrayList<>();
        for (LoraFile.Layer layer : file.layers()) {
            String path = layer.flat() ? byFlatName.getOrDefault(layer.path(), layer.path()) : layer.path();
            boolean elsewhere = layer.component() != null && !component.equals(layer.component());
            if (elsewhere || !has(path)) {
                unmatched.add(new LoraReport.Unmatched(
                        elsewhere ? layer.component() + "." + path : path, elsewhere ? "" : nearest(path)));
                continue;
            }
            long[] weight = weight(path).shape();
            long[] down = file.shape(layer.down());
            long[] up = file.shape(layer.up());
            long[] expectedDown = weight.clone();
            expectedDown[0] = layer.rank();
            long[] expectedUp = new long[weight.length];
            Arrays.fill(expectedUp, 1);
            expectedUp[0] = weight[0];
            expectedUp[1] = layer.rank();
            if (!Arrays.equals(down, expectedDown) || !Arrays.equals(up, expectedUp)) {
                misfits.add(path + " = " + Arrays.toString(down) + " under " + Arrays.toString(up) + " (expected: "
                        + Arrays.toString(expectedDown) + " under " + Arrays.toString(expectedUp) + ")");
            }
            matched.put(path, layer);
        }
        if (!misfits.isEmpty()) {
            throw new CheckpointException(file.where() + ": layers that do not fit the model = " + misfits.size()
                    + " (expected: 0)\n  " + String.join("\n  ", misfits));
        }
        LoraReport report = new LoraReport(file.where(), scale, List.copyOf(matched.keySet()), unmatched);
        if (matched.isEmpty()) {
            throw CheckpointException.of(file.where(), "layers in the model", 0, "at least one; " + report);
        }
        return new Matched(matched, report);
    }

    private boolean has(String path) {
        return model.linears().containsKey(path) || model.convolutions().containsKey(path);
    }

    Parameter weight(String path) {
        Linear linear = model.linears().get(path);
        Conv2d conv = model.convolutions().get(path);
        if (linear == null && conv == null) {
            throw new IllegalArgumentException("LoRA: layer = " + path + " (expected: a layer of the model)");
        }
        return linear != null
                ? linear.weight()
                : java.util.Objects.requireNonNull(conv).weight();
    }

    Collection<String> paths() {
        List<String> paths = new ArrayList<>(model.linears().keySet());
        paths.addAll(model.convolutions().keySet());
        return paths;
    }

    private String nearest(String path) {
        String best = "";
        int least = path.length() / 2;
        for (String candidate : paths()) {
            int d = distance(path, candidate);
            if (d < least) {
                least = d;
                best = candidate;
            }
        }
        return best;
    }

    /** Levenshtein distance; layer paths are short. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0]++;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
