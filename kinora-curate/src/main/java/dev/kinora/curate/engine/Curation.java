package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.worker.Stages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/**
 * A run, whatever engine it is for: which files there are, which of them are still to do, a journal of finished ones, one
 * commit. Stopped or killed at any moment, the same call goes on where it was, and ends in the same bytes; it may go on
 * with another engine.
 */
public final class Curation {
    private final Plan plan;
    private final WorkerLimits limits;
    private final CurateListener listener;
    private final Map<String, Path> models;
    private final Method shots;
    private final List<StageInfo> stages;

    /**
     * A run by this plan.
     *
     * @param models where the files of models lie whose hashes the recipe names, by name
     */
    public Curation(Plan plan, WorkerLimits limits, CurateListener listener, Map<String, Path> models) {
        this.models = Map.copyOf(models);
        this.plan = plan;
        this.limits = limits;
        this.listener = listener;
        shots = Stages.shots(plan.recipe());
        stages = Stages.describe(plan.recipe());
    }

    /**
     * Makes a dataset, as {@link Engine#run} does.
     *
     * @param place where the files are worked on
     * @throws CancellationException if the listener asked to stop
     */
    public Engine.Run run(List<Path> raws, Path out, Workplace place) throws IOException {
        return run(Sources.find(raws, out), out, place);
    }

    /** A place that is told of the remote files before it is asked to work on them. */
    public interface RemotePlace {
        /** The place for these. */
        Workplace of(Remotes remotes);
    }

    /** The same of files some of which have to be fetched by whoever works on them. */
    public Engine.Run run(Inputs inputs, Path out, RemotePlace place) throws IOException {
        Remotes remotes =
                Remotes.of(inputs.remotes(), out, out.resolve(Journal.NAME).resolve("remote"));
        return run(remotes.with(Sources.find(inputs.raws(), out)), out, place.of(remotes));
    }

    /**
     * The same of files that were found already.
     *
     * @param paths by name, in order of names
     */
    public Engine.Run run(Map<String, Path> paths, Path out, Workplace place) throws IOException {
        if (paths.isEmpty()) {
            throw new IOException("curate: RAW = nothing (expected: at least one file)");
        }
        Stages.requireModels(plan.recipe(), models);
        requireOurs(out);
        Files.createDirectories(out);
        long began = System.nanoTime();
        List<Source> sources = place.hash(paths, new Steps(listener, "hash", paths.size()));
        if (Manifest.in(out)) {
            return finished(out, sources);
        }
        try (Journal journal = Journal.open(out, plan, methods())) {
            Map<String, FileTask> todo = new LinkedHashMap<>();
            for (Source s : sources) {
                Path file = paths.get(s.name());
                if (file != null && !journal.results().has(s.key())) {
                    todo.putIfAbsent(s.key(), new FileTask(s.key(), file, s.bytes()));
                }
            }
            Steps steps = new Steps(listener, "curate", todo.size());
            Assignment assignment = new Assignment(plan.recipe(), limits, places());
            place.curate(List.copyOf(todo.values()), assignment, journal.results(), steps);
            listener.onStage("commit", 0);
            Manifest manifest = new Commit(out, journal.aside(), plan, shots).make(sources, journal.results(), stages);
            journal.remove();
            long bytes = todo.values().stream().mapToLong(FileTask::bytes).sum();
            return new Engine.Run(manifest, todo.size(), bytes, (System.nanoTime() - began) / 1e9);
        }
    }

    private Map<String, String> places() {
        Map<String, String> places = new TreeMap<>();
        models.forEach((name, file) -> places.put(name, file.toAbsolutePath().toString()));
        return places;
    }

    private static void requireOurs(Path out) throws IOException {
        if (!Files.isDirectory(out) || Files.exists(out.resolve(Journal.NAME)) || Manifest.in(out)) {
            return;
        }
        try (Stream<Path> inside = Files.list(out)) {
            if (!inside.allMatch(p -> p.endsWith(Remotes.MEMORY))) {
                throw new IOException("curate: --out = " + out + " (expected: a new or empty folder, or a dataset)");
            }
        }
    }

    private List<String> methods() {
        List<String> methods = new ArrayList<>(List.of(shots.id(), shots.model()));
        stages.forEach(s -> methods.addAll(List.of(s.method().id(), s.method().model())));
        return methods;
    }

    private Engine.Run finished(Path out, List<Source> sources) throws IOException {
        Manifest done = Manifest.read(out);
        if (!done.plan().equals(plan)
                || !done.sourcesSha256().equals(Commit.sources(sources))
                || !done.stages().equals(stages)
                || !done.shots().equals(shots)) {
            throw new IOException("curate: --out = " + out
                    + " (expected: a new folder; this one is a finished dataset of other files or options)");
        }
        Commit.delete(out.resolve(Journal.NAME));
        return new Engine.Run(done, 0, 0, 0);
    }
}
