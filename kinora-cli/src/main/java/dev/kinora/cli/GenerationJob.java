package dev.kinora.cli;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.kinora.media.Rational;
import dev.kinora.pipeline.GenerateRequest;
import dev.kinora.pipeline.Generation;
import dev.kinora.pipeline.MemoryPlan;
import dev.kinora.pipeline.Provenance;
import dev.kinora.pipeline.VideoPipeline;
import dev.kinora.tensor.TensorScope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request carried out from plan to files: what {@code generate} and {@code replay} share. */
final class GenerationJob {
    private final Console console;
    private final Interrupts interrupts;

    GenerationJob(Console console, Interrupts interrupts) {
        this.console = console;
        this.interrupts = interrupts;
    }

    /**
     * Plans, generates and writes.
     *
     * @param inputs files the request was read from, for the record
     * @param expansion how the prompt was made richer; null where it was not
     * @param otherwise name of the video where none was given
     */
    Made run(
            VideoPipeline pipeline,
            GenerateRequest asked,
            List<Provenance.Input> inputs,
            Provenance.@Nullable Expansion expansion,
            ModelOptions model,
            OutputOptions output,
            Path otherwise)
            throws IOException {
        long start = System.nanoTime();
        GenerateRequest request = pipeline.resolve(asked);
        MemoryPlan plan = pipeline.plan(request, model.budget());
        Rational asRate = output.fps();
        Rational rate = asRate == null ? Rational.parse(Double.toString(pipeline.frameRate())) : asRate;
        Progress progress = new Progress(console);
        ProgressListener listener = new ProgressListener(progress, interrupts);
        try (Staging staging = new Staging(interrupts);
                TensorScope scope = TensorScope.open("generate")) {
            OutputOptions.Targets targets = output.prepare(staging, otherwise);
            console.err().println(plan.describe());
            Generation made = pipeline.generate(request, plan, listener);
            progress.stage("write", 0);
            Provenance provenance = withFile(made.provenance(), inputs, expansion, rate);
            targets.write(made, provenance, rate);
            interrupts.check();
            staging.commit();
            progress.end();
            return new Made(
                    targets.video(),
                    targets.extras(),
                    (int) made.frames().size(0),
                    (int) made.frames().size(2),
                    (int) made.frames().size(1),
                    rate.toString(),
                    request.seed(),
                    Math.round((System.nanoTime() - start) / 1e6) / 1e3,
                    plan,
                    listener.notices(),
                    provenance.toJson());
        }
    }

    /** The record with what only the caller knows: files read, the file's rate. */
    private static Provenance withFile(
            Provenance p, List<Provenance.Input> inputs, Provenance.@Nullable Expansion expansion, Rational rate) {
        Provenance.Resolved r = p.request();
        Provenance.Resolved resolved = new Provenance.Resolved(
                r.task(),
                r.prompt(),
                r.negativePrompt(),
                r.strength(),
                r.frames(),
                r.height(),
                r.width(),
                rate.toDouble(),
                r.steps(),
                r.guidance(),
                r.dynamicGuidance(),
                r.seed(),
                r.dtype(),
                r.scheduler(),
                r.vaeTiling());
        return p.with(resolved, inputs, expansion);
    }

    /**
     * What was made.
     *
     * @param out the video
     * @param extras other files by what they are
     * @param seconds from the request to the files
     * @param provenance from what it was made
     */
    record Made(
            Path out,
            Map<String, Path> extras,
            int frames,
            int width,
            int height,
            String fps,
            long seed,
            double seconds,
            MemoryPlan memory,
            List<String> notices,
            @JsonRawValue String provenance)
            implements Report {
        @Override
        public void print(PrintWriter out2) {
            out2.println("%s: %d frames, %dx%d, %s frames per second, seed %d, %s"
                    .formatted(out, frames, width, height, fps, seed, Progress.time((long) (seconds * 1e9))));
            extras.values().forEach(out2::println);
        }
    }
}
