package dev.kinora.train.scaling;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results of a {@link ScalingStudy} as a page of Markdown: nothing in it but what was recorded. */
final class ScalingPage {
    private ScalingPage() {}

    static void write(Path file, JsonNode results) throws IOException {
        StringBuilder page = new StringBuilder("# How the loss falls with compute\n\n");
        JsonNode base = results.get("base");
        page.append(String.format(
                Locale.ROOT,
                "Transformers of several sizes on several amounts of Toybox, %d steps of about %d tokens each at a"
                        + " constant rate of %s after the warm-up, on %s. The loss is that of the averaged weights at five"
                        + " fixed noise levels on clips that none was trained on, the same for all.\n\n",
                base.at("/optimizer/rate/steps").asInt(),
                base.get("tokensPerStep").asInt(),
                base.at("/optimizer/rate/peak").asText(),
                results.get("device").asText()));
        page.append("![loss over compute](scaling.png)\n\n## Loss after the last step\n\n");
        table(page, results.get("runs"));
        JsonNode fit = results.get("fit");
        if (fit == null) {
            page.append("\nToo few points are the best of their compute to fit a law to.\n");
        } else {
            page.append(String.format(
                    Locale.ROOT,
                    "\n## The law\n\nOf the largest amount of data, in the second half of its runs, the best loss for each"
                            + " compute C (FLOP) follows"
                            + "\n\n    L(C) = %.4g + %.4g C^-%.4g\n\nwith a root mean square error of %.2g in ln L over %d"
                            + " points: twice the compute takes %.1f %% off what is above the floor.\n",
                    fit.get("floor").asDouble(),
                    fit.get("scale").asDouble(),
                    fit.get("exponent").asDouble(),
                    fit.get("error").asDouble(),
                    results.get("frontier").size(),
                    100 * (1 - Math.pow(2, -fit.get("exponent").asDouble()))));
        }
        page.append("\nCompute counts 72 operations for every squared width and layer a token passes (six"
                + " for each of the 12 weights that a square of the width holds) and 12 for every token it attends to,"
                + " width and layer; text encoder, embeddings and modulations are left out. All numbers are in"
                + " `scaling.json`.\n");
        Files.writeString(file, page);
    }

    private static void table(StringBuilder page, JsonNode runs) {
        Map<String, Map<Integer, JsonNode>> rows = new LinkedHashMap<>();
        List<Integer> columns = new ArrayList<>();
        for (JsonNode run : runs) {
            int clips = run.get("clips").asInt();
            if (!columns.contains(clips)) {
                columns.add(clips);
            }
            rows.computeIfAbsent(
                            run.get("layers").asInt() + " layers, "
                                    + run.get("heads").asInt() + " heads",
                            m -> new LinkedHashMap<>())
                    .put(clips, run);
        }
        page.append("| model | weights | FLOP |");
        columns.forEach(c -> page.append(String.format(Locale.ROOT, " %d clips |", c)));
        page.append("\n|---|---|---|").append("---|".repeat(columns.size())).append('\n');
        rows.forEach((model, byClips) -> {
            JsonNode any = byClips.values().iterator().next();
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f M | %.2e |",
                    model,
                    any.get("parameters").asDouble() / 1e6,
                    last(any).get("flops").asDouble()));
            for (int c : columns) {
                JsonNode run = byClips.get(c);
                page.append(
                        run == null
                                ? " |"
                                : String.format(
                                        Locale.ROOT,
                                        " %.4f |",
                                        last(run).get("validation").asDouble()));
            }
            page.append('\n');
        });
    }

    private static JsonNode last(JsonNode run) {
        JsonNode points = run.get("points");
        return points.get(points.size() - 1);
    }
}
