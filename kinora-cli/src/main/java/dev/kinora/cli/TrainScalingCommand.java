package dev.kinora.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.train.scaling.ScalingStudy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures how the loss falls with compute. */
@Command(
        name = "scaling",
        header = "Train transformers of several sizes on several amounts of data and fit a scaling law.",
        description = {
            "",
            "Every pair is a run of its own in FOLDER; scaling.json holds loss against compute of all, and the "
                    + "law L = floor + scale C^-exponent fitted to the best of the largest amount of data; scaling.png "
                    + "draws them and scaling.md is a page of both. The learning rate stays at its peak, so that every "
                    + "checkpoint counts. The same command goes on where a study was stopped."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Example:",
            "  kinora train scaling runs/scaling --vae vae --latents runs/latents --steps 400 --tokens 16384"
        })
final class TrainScalingCommand extends Action {
    @Parameters(paramLabel = "FOLDER", description = "The study's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--sizes",
            paramLabel = "LAYERSxHEADS",
            split = ",",
            description = "Models. Default: 2x2,4x3,6x4,8x5.")
    private List<String> sizes = List.of("2x2", "4x3", "6x4", "8x5");

    @Option(
            names = "--clips",
            paramLabel = "N",
            split = ",",
            description = "Amounts of data, over all shapes. Default: 500,2000,8000.")
    private List<Integer> clips = List.of(500, 2000, 8000);

    @Option(names = "--steps", paramLabel = "N", required = true, description = "Steps of every run.")
    private int steps;

    @Mixin
    private ScratchOptions options = new ScratchOptions();

    @Override
    Report run() throws IOException {
        options.applyThreads();
        List<ScalingStudy.Size> models = new ArrayList<>();
        for (String s : sizes) {
            String[] parts = s.split("x", -1);
            try {
                models.add(new ScalingStudy.Size(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw refuse("--sizes", s, "LAYERSxHEADS, such as 4x3");
            }
        }
        JsonNode results = new ScalingStudy(folder, models, clips, options.recipe(steps, console()))
                .run(
                        options.latents(),
                        options.vae(),
                        options.device(),
                        options.cacheOnDevice(),
                        new TrainingRun.Lines(console(), interrupts()));
        return new Studied(folder.resolve("scaling.json"), results);
    }

    /**
     * The study's results.
     *
     * @param file where they are
     * @param results what is in it
     */
    record Studied(Path file, JsonNode results) implements Report {
        @Override
        public void print(PrintWriter out) {
            for (JsonNode r : results.get("runs")) {
                JsonNode points = r.get("points");
                out.println(String.format(
                        Locale.ROOT,
                        "%dx%d on %d clips: loss %.4f",
                        r.get("layers").asInt(),
                        r.get("heads").asInt(),
                        r.get("clips").asInt(),
                        points.get(points.size() - 1).get("validation").asDouble()));
            }
            JsonNode fit = results.get("fit");
            if (fit != null) {
                out.println(String.format(
                        Locale.ROOT,
                        "L = %.4g + %.4g C^-%.4g",
                        fit.get("floor").asDouble(),
                        fit.get("scale").asDouble(),
                        fit.get("exponent").asDouble()));
            }
            out.println(file);
        }
    }
}
