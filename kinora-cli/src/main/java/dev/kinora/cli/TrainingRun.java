package dev.kinora.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Torch;
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.run.Trainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the training commands share: the config's way in, lines of metrics, stopping on Ctrl-C. */
final class TrainingRun {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The whole config, such as another run's config.json, changed. Default: the run's own, where it"
                            + " has one.")
    private @Nullable Path config;

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: all processors.")
    private @Nullable Integer threads;

    void applyThreads() {
        if (threads != null) {
            if (threads < 1 || threads > 4096) {
                throw new CommandException("--threads = " + threads + " (expected: 1 to 4096)");
            }
            Torch.setThreads(threads);
        }
    }

    /** The config of {@code --config}, else of a run that was begun, else null. */
    <C> @Nullable C config(Path run, Class<C> type) throws IOException {
        Path file = config != null ? config : run.resolve("config.json");
        if (config == null && !Files.exists(file)) {
            return null;
        }
        return read(Files.readString(file), type, "--config: " + file);
    }

    /** A config's JSON; {@code what} names it in a refusal. */
    static <C> C read(String json, Class<C> type, String what) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause();
            String why = cause instanceof IllegalArgumentException
                    ? String.valueOf(cause.getMessage())
                    : e.getOriginalMessage();
            throw new CommandException(what + " = unusable (expected: a config of this kind; " + why + ")", e);
        }
    }

    /** Trains to where the run ends or is stopped, and exports; of several processes, the first one does. */
    static Trained finish(
            Path folder, Trainer trainer, Lines lines, @Nullable Path export, @Nullable ProcessGroup group)
            throws IOException {
        trainer.train(lines);
        if (export != null && ProcessOptions.leads(group)) {
            trainer.export(export, Map.of("kinora", Build.version()));
        }
        return new Trained(folder, trainer.numel(), lines.last(), export);
    }

    /** Shows lines, remembers the last values, stops when asked. */
    static final class Lines implements TrainListener {
        /** A step of a small model and its checkpoint; those who stop a service wait this long as a rule. */
        private static final int STEP_SECONDS = 10;

        private final PrintWriter err;
        private final Interrupts interrupts;
        private final int until;
        private final Map<String, Double> last = new LinkedHashMap<>();
        private boolean asked; // whether the work stops by itself, with a checkpoint
        private int total; // steps of the stage that goes on
        private int begun; // step of its first line
        private long begunAt;

        Lines(Console console, Interrupts interrupts) {
            this(console, interrupts, Integer.MAX_VALUE);
        }

        /** Of a run that ends at a step. */
        Lines(Console console, Interrupts interrupts, int until) {
            this.err = console.err();
            this.interrupts = interrupts;
            this.until = until;
        }

        @Override
        public boolean shouldStop(int done) {
            if (!asked) {
                asked = true;
                interrupts.allow(STEP_SECONDS);
                interrupts.onStop(() -> err.println("stopping after this step"));
            }
            return done >= until || interrupts.requested();
        }

        @Override
        public void onStep(int step, int steps, Map<String, Double> metrics) {
            last.putAll(metrics);
            err.println(step + "/" + steps + " "
                    + metrics.entrySet().stream()
                            .map(e -> e.getKey() + " " + String.format(Locale.ROOT, "%.4g", e.getValue()))
                            .collect(Collectors.joining(" "))
                    + left(step, steps, metrics.get("seconds_per_step")));
            if (!asked) {
                check();
            }
        }

        /** The time left, by the time of a step, else by what the steps since the stage's first line have taken. */
        private String left(int step, int steps, @Nullable Double each) {
            long now = System.nanoTime();
            if (steps != total) {
                total = steps;
                begun = step;
                begunAt = now;
            }
            if (step == steps || (each == null && step == begun)) {
                return "";
            }
            double seconds = each != null ? each : (now - begunAt) / 1e9 / (step - begun);
            return ", " + Progress.time((long) (1e9 * seconds * (steps - step))) + " left";
        }

        @Override
        public void onNote(String note) {
            err.println(note);
            check();
        }

        private void check() {
            if (interrupts.requested()) {
                throw new Interrupts.InterruptedWork(
                        "interrupted: the same command continues from the last checkpoint");
            }
        }

        Map<String, Double> last() {
            return last;
        }
    }

    /**
     * How a run ended.
     *
     * @param run its folder
     * @param parameters number of trained weights
     * @param metrics the last value of each
     * @param export where the checkpoint was written, if asked for
     */
    record Trained(
            Path run,
            long parameters,
            Map<String, Double> metrics,
            @Nullable Path export) implements Report {
        /** The report of another process. */
        static Trained of(JsonNode json) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            json.path("metrics")
                    .properties()
                    .forEach(e -> metrics.put(e.getKey(), e.getValue().asDouble()));
            JsonNode export = json.path("export");
            return new Trained(
                    Path.of(json.path("run").asText()),
                    json.path("parameters").asLong(),
                    metrics,
                    export.isTextual() ? Path.of(export.asText()) : null);
        }

        @Override
        public void print(PrintWriter out) {
            out.println(run + ": done, " + Weights.count(parameters) + " parameters");
            if (export != null) {
                out.println(export);
            }
        }
    }
}
