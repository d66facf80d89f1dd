package dev.kinora.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.media.Image;
import dev.kinora.pipeline.GenerateRequest;
import dev.kinora.pipeline.MemoryPlan;
import dev.kinora.pipeline.RequestException;
import dev.kinora.pipeline.VideoPipeline;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint is made of.
 *
 * @param path its folder
 * @param pipeline the pipeline's class
 * @param components in the order of the index
 * @param total weights of all components
 * @param defaults what it generates where nothing is asked; null for a pipeline that Kinora does not have
 */
record CheckpointReport(
        Path path,
        String pipeline,
        List<Component> components,
        Weights total,
        @Nullable Defaults defaults) implements Report {

    /** One component; its config and tensors if asked for. */
    record Component(
            String name,
            String library,
            String className,
            Weights weights,
            @Nullable JsonNode config,
            @Nullable List<Weights.StoredTensor> tensors) {}

    /** What a request without options becomes, and what it needs. */
    record Defaults(
            String task,
            @Nullable Integer frames,
            @Nullable Integer width,
            @Nullable Integer height,
            double fps,
            int steps,
            double guidance,
            MemoryPlan memory) {}

    static CheckpointReport of(CheckpointFolder folder, String variant, boolean config, boolean tensors)
            throws IOException {
        List<Component> components = new ArrayList<>();
        Weights total = Weights.NONE;
        for (CheckpointFolder.Component c : folder.components()) {
            Weights weights = Weights.NONE;
            List<Weights.StoredTensor> listed = null;
            if (!c.weightFiles(variant).isEmpty()) {
                try (Arena arena = Arena.ofConfined()) {
                    Checkpoint checkpoint = c.weights(variant, arena);
                    weights = Weights.of(checkpoint);
                    listed = tensors ? Weights.tensors(checkpoint) : null;
                }
            }
            JsonNode json = null;
            Path configFile = c.optionalFile(c.kind().configFile());
            if (config && configFile != null) {
                json = Json.parse(Config.read(configFile).toJson());
            }
            components.add(new Component(c.name(), c.kind().library(), c.kind().className(), weights, json, listed));
            total = total.plus(weights);
        }
        return new CheckpointReport(
                folder.path(), folder.index().className(), components, total, defaults(folder, variant));
    }

    private static @Nullable Defaults defaults(CheckpointFolder folder, String variant) throws IOException {
        VideoPipeline pipeline;
        try {
            pipeline = VideoPipeline.open(folder.path(), variant);
        } catch (RequestException e) {
            return null; // not a pipeline of ours: there is still much to show
        }
        GenerateRequest request;
        try {
            request = pipeline.resolve(pipeline.request("").build());
        } catch (RequestException e) {
            // it wants a first frame; how that looks does not change what is needed
            request = pipeline.resolve(
                    pipeline.request("").image(Image.black(8, 8)).build());
        }
        return new Defaults(
                request.task().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                request.frames(),
                request.width(),
                request.height(),
                pipeline.frameRate(),
                request.steps(),
                request.guidance().scale(),
                pipeline.plan(request, Long.MAX_VALUE));
    }

    @Override
    public void print(PrintWriter out) {
        out.println(path + ": " + pipeline);
        int width = components.stream().mapToInt(c -> c.name().length()).max().orElse(0);
        int classes =
                components.stream().mapToInt(c -> c.className().length()).max().orElse(0);
        String row = "  %-" + width + "s  %-" + classes + "s  %s";
        for (Component c : components) {
            out.println(row.formatted(c.name(), c.className(), c.weights().describe()));
            if (c.config() != null) {
                c.config().toPrettyString().lines().forEach(l -> out.println("      " + l));
            }
            if (c.tensors() != null) {
                c.tensors().forEach(t -> out.println("      " + t));
            }
        }
        out.println(row.formatted("total", "", total.describe()));
        if (defaults == null) {
            out.println("Kinora does not have this pipeline.");
            return;
        }
        out.println("by default: %s, %d frames, %dx%d, %s frames per second, %d steps, guidance %s"
                .formatted(
                        defaults.task(),
                        defaults.frames(),
                        defaults.width(),
                        defaults.height(),
                        number(defaults.fps()),
                        defaults.steps(),
                        number(defaults.guidance())));
        for (MemoryPlan.Phase p : defaults.memory().phases()) {
            out.println("  memory %-8s %s: weights %s, work %s"
                    .formatted(
                            p.name(),
                            MemoryPlan.size(p.bytes()),
                            MemoryPlan.size(p.weights()),
                            MemoryPlan.size(p.work())));
        }
        out.println(
                "  memory peak     " + MemoryPlan.size(defaults.memory().peak().bytes()));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
