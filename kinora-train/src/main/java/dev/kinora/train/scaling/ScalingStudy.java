package dev.kinora.train.scaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.Device;
import dev.kinora.train.dit.DitRecipe;
import dev.kinora.train.dit.DitTrainConfig;
import dev.kinora.train.dit.DitTrainer;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.run.Metrics;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains transformers of several sizes on several amounts of data and fits how the loss falls with compute. The learning
 * rate stays at its peak, so that every point of a curve is a result of its own; all are measured on the same clips. A
 * study that was stopped goes on where it was.
 *
 * @param folder of the study: a run's folder for each pair, {@code scaling.json}, {@code scaling.png} and {@code scaling.md}
 * @param sizes blocks and heads of each model
 * @param clips amounts of data, shared among the cache's shapes
 * @param base everything else; its rate is kept constant after the warm-up
 */
public record ScalingStudy(Path folder, List<Size> sizes, List<Integer> clips, DitTrainConfig base) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the lists. */
    public ScalingStudy {
        sizes = List.copyOf(sizes);
        clips = List.copyOf(clips);
        Checks.require(!sizes.isEmpty(), "scaling study", "sizes", sizes, "at least one");
        Checks.require(!clips.isEmpty(), "scaling study", "clips", clips, "at least one");
    }

    /** A model's blocks and heads of 64 channels. */
    public record Size(int layers, int heads) {
        /** Multiply-adds times six that a token costs, forward and backward, with {@code length} tokens to attend to. */
        double flopsPerToken(double length) {
            double width = 64.0 * heads;
            return layers * (6 * 12 * width * width + 12 * width * length);
        }

        @Override
        public String toString() {
            return layers + "x" + heads;
        }
    }

    /** Trains what is missing and writes the results. */
    public JsonNode run(Path latents, Path vae, Device device, boolean cacheOnDevice, TrainListener listener)
            throws IOException {
        ArrayNode runs = JSON.createArrayNode();
        for (int n : clips) {
            for (Size size : sizes) {
                listener.onNote("scaling: model " + size + " on " + n + " clips");
                runs.add(one(size, n, latents, vae, device, cacheOnDevice, listener));
            }
        }
        ObjectNode results = JSON.createObjectNode();
        results.put("device", device.toString());
        results.set("base", JSON.valueToTree(base));
        results.set("runs", runs);
        addFit(results);
        Files.writeString(
                folder.resolve("scaling.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(results) + "\n");
        ScalingPlot.write(folder.resolve("scaling.png"), results);
        ScalingPage.write(folder.resolve("scaling.md"), results);
        return results;
    }

    private ObjectNode one(
            Size size, int n, Path latents, Path vae, Device device, boolean cacheOnDevice, TrainListener listener)
            throws IOException {
        DitTrainConfig.Model m = base.model();
        DitRecipe r = base.recipe();
        OptimizerConfig o = r.optimizer();
        LearningRate constant =
                new LearningRate(o.rate().peak(), o.rate().warmup(), o.rate().steps(), 1);
        DitTrainConfig config = new DitTrainConfig(
                new DitTrainConfig.Model(
                        size.layers(), size.heads(), m.timeEmbedDim(), m.textDim(), m.textLayers(), m.frames()),
                new DitRecipe(
                        r.seed(),
                        r.objective(),
                        r.tokensPerStep(),
                        r.accumulate(),
                        r.checkpointing(),
                        r.pack(),
                        r.validationClips(),
                        r.guidance(),
                        r.sampleSteps(),
                        new OptimizerConfig(
                                constant, o.muon(), o.beta1(), o.beta2(), o.weightDecay(), o.clip(), o.ema()),
                        r.bf16(),
                        r.saveEvery(), // every checkpoint is a point, and so is every report
                        r.saveEvery(),
                        r.sampleEvery()));
        Path at = folder.resolve(size + "-" + n);
        ObjectNode run = JSON.createObjectNode();
        try (DitTrainer trainer = DitTrainer.open(
                at, config, LatentCache.open(latents).keep(n, r.validationClips()), vae, device, cacheOnDevice, null)) {
            trainer.train(listener);
            run.put("layers", size.layers());
            run.put("heads", size.heads());
            run.put("parameters", trainer.numel());
            run.put("clips", n);
            run.put("mean_length", trainer.meanLength());
            double perToken = size.flopsPerToken(trainer.meanLength());
            run.put("flops_per_token", perToken);
            run.set("points", points(new Metrics(at.resolve("metrics.jsonl"), Integer.MAX_VALUE), perToken));
        }
        return run;
    }

    /** Compute so far and validation loss, at every checkpoint. */
    private static ArrayNode points(Metrics metrics, double perToken) {
        ArrayNode points = JSON.createArrayNode();
        double tokens = 0;
        double last = 0;
        for (Map<String, Double> row : metrics.rows()) {
            double step = row.getOrDefault("step", 0.0);
            if (row.containsKey("tokens_per_step")) {
                tokens += row.getOrDefault("tokens_per_step", 0.0) * (step - last);
                last = step;
            }
            if (row.containsKey("validation")) {
                ObjectNode p = points.addObject();
                p.put("step", (long) step);
                p.put("flops", tokens * perToken);
                p.put("validation", row.getOrDefault("validation", 0.0));
            }
        }
        return points;
    }

    /**
     * The law of the largest amount of data: the best loss for each compute, of the second half of every run. In the first
     * a model learns what any of them learns alike, and the loss says how far it is, not what its size is good for.
     */
    private void addFit(ObjectNode results) {
        int most = clips.stream().mapToInt(c -> c).max().orElseThrow();
        List<ScalingLaw.Point> all = new ArrayList<>();
        for (JsonNode run : results.get("runs")) {
            if (run.get("clips").asInt() == most) {
                for (JsonNode p : run.get("points")) {
                    if (2 * p.get("step").asInt()
                            >= base.recipe().optimizer().rate().steps()) {
                        all.add(new ScalingLaw.Point(
                                p.get("flops").asDouble(), p.get("validation").asDouble()));
                    }
                }
            }
        }
        List<ScalingLaw.Point> frontier = ScalingLaw.frontier(all);
        if (frontier.size() >= 4) {
            ScalingLaw law = ScalingLaw.fit(frontier);
            Map<String, Double> fit = new LinkedHashMap<>();
            fit.put("floor", law.floor());
            fit.put("scale", law.scale());
            fit.put("exponent", law.exponent());
            fit.put("error", law.error());
            results.set("fit", JSON.valueToTree(fit));
            results.set("frontier", JSON.valueToTree(frontier));
        }
    }
}
