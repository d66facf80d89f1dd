package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.FileResult;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Job;
import dev.kinora.curate.worker.Stages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Curates on this machine: a pool of worker processes, a journal of finished files, one commit. Stopped or killed at any
 * moment, the same call goes on where it was, and ends in the same bytes.
 */
public final class LocalEngine {
    private final Plan plan;
    private final WorkerLimits limits;
    private final CurateListener listener;
    private final Map<String, Path> models;
    private final Method shots;
    private final List<StageInfo> stages;
    private final Set<WorkerProcess> running = ConcurrentHashMap.newKeySet();

    /** An engine that works by this plan, which needs no model's file. */
    public LocalEngine(Plan plan, WorkerLimits limits, CurateListener listener) {
        this(plan, limits, listener, Map.of());
    }

    /**
     * An engine that works by this plan.
     *
     * @param models where the files of models lie whose hashes the recipe names, by name
     */
    public LocalEngine(Plan plan, WorkerLimits limits, CurateListener listener, Map<String, Path> models) {
        this.models = Map.copyOf(models);
        this.plan = plan;
        this.limits = limits;
        this.listener = listener;
        shots = Stages.shots(plan.recipe());
        stages = Stages.describe(plan.recipe());
    }

    /**
     * What a run did.
     *
     * @param manifest of the dataset
     * @param curated files that went through a worker in this run; the rest had before
     * @param fileBytes size of those files
     * @param seconds that took
     */
    public record Run(Manifest manifest, int curated, long fileBytes, double seconds) {}

    /**
     * Makes a dataset of files and folders.
     *
     * @param raws files, and folders that are searched
     * @param out a new or empty folder, or the one of an interrupted run, or of a finished one with the same input
     * @throws CancellationException if the listener asked to stop
     */
    public Run run(List<Path> raws, Path out) throws IOException {
        Map<String, Path> paths = Sources.find(raws, out);
        if (paths.isEmpty()) {
            throw new IOException("curate: RAW = " + raws + " (expected: at least one file)");
        }
        Stages.requireModels(plan.recipe(), models);
        requireOurs(out);
        Files.createDirectories(out);
        long began = System.nanoTime();
        List<Source> sources = hash(paths);
        List<String> methods = new ArrayList<>(List.of(shots.id(), shots.model()));
        stages.forEach(s -> methods.addAll(List.of(s.method().id(), s.method().model())));
        if (Manifest.in(out)) {
            Manifest done = Manifest.read(out);
            if (!done.plan().equals(plan)
                    || !done.sourcesSha256().equals(Commit.sources(sources))
                    || !done.stages().equals(stages)
                    || !done.shots().equals(shots)) {
                throw new IOException("curate: --out = " + out
                        + " (expected: a new folder; this one is a finished dataset of other files or options)");
            }
            Commit.delete(out.resolve(Journal.NAME));
            return new Run(done, 0, 0, 0);
        }
        try (Journal journal = Journal.open(out, plan, methods)) {
            Map<String, Path> todo = new LinkedHashMap<>();
            for (Source s : sources) {
                if (!journal.has(s.sha256())) {
                    todo.putIfAbsent(s.sha256(), paths.get(s.name()));
                }
            }
            long bytes = 0;
            for (Path p : todo.values()) {
                bytes += Files.size(p);
            }
            curate(todo, journal);
            listener.onStage("commit", 0);
            Manifest manifest = new Commit(out, journal.aside(), plan, shots).make(sources, journal, stages);
            journal.remove();
            return new Run(manifest, todo.size(), bytes, (System.nanoTime() - began) / 1e9);
        }
    }

    private static void requireOurs(Path out) throws IOException {
        if (!Files.isDirectory(out) || Files.exists(out.resolve(Journal.NAME)) || Manifest.in(out)) {
            return;
        }
        try (Stream<Path> inside = Files.list(out)) {
            if (inside.findAny().isPresent()) {
                throw new IOException("curate: --out = " + out + " (expected: a new or empty folder, or a dataset)");
            }
        }
    }

    private List<Source> hash(Map<String, Path> paths) throws IOException {
        listener.onStage("hash", paths.size());
        List<Callable<Source>> tasks = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        paths.forEach((name, path) -> tasks.add(() -> {
            requireGoing();
            Source source = new Source(name, Hashes.ofFile(path), Files.size(path));
            step(done);
            return source;
        }));
        return all(tasks);
    }

    private void requireGoing() {
        if (listener.stopRequested()) {
            throw new CancellationException("curate: stopped");
        }
    }

    private void step(AtomicInteger done) {
        synchronized (listener) {
            listener.onStep(done.incrementAndGet());
        }
    }

    private void curate(Map<String, Path> todo, Journal journal) throws IOException {
        listener.onStage("curate", todo.size());
        Queue<Map.Entry<String, Path>> queue = new ConcurrentLinkedQueue<>(todo.entrySet());
        AtomicInteger done = new AtomicInteger();
        List<Callable<Integer>> slots = new ArrayList<>();
        for (int i = 0; i < Math.min(limits.workers(), todo.size()); i++) {
            slots.add(() -> work(queue, journal, done));
        }
        all(slots);
    }

    /** One slot: a worker process at a time, for file after file. */
    private int work(Queue<Map.Entry<String, Path>> queue, Journal journal, AtomicInteger done) throws IOException {
        WorkerProcess worker = null;
        int count = 0;
        try {
            for (Map.Entry<String, Path> next; (next = queue.poll()) != null; count++) {
                String sha256 = next.getKey();
                WorkerProcess.Ended ended = new WorkerProcess.Ended(FileOutcome.failed("error", "crash", ""), true);
                Path half = journal.begin(sha256);
                for (int attempt = 0; attempt < 2 && ended.failure() != null && ended.mayRetry(); attempt++) {
                    requireGoing();
                    Commit.delete(half);
                    Files.createDirectory(half);
                    if (worker == null || !worker.alive()) {
                        worker = replace(worker, journal);
                    }
                    Path file = next.getValue().toAbsolutePath();
                    ended = worker.run(new Job(file.toString(), sha256, half.toString(), plan.recipe(), places()));
                }
                if (ended.failure() == null) {
                    journal.finish(sha256, half);
                } else {
                    long size = Files.size(next.getValue());
                    journal.finish(sha256, half, FileResult.failed(sha256, size, ended.failure()));
                }
                step(done);
            }
            return count;
        } finally {
            if (worker != null) {
                running.remove(worker);
                worker.close();
            }
        }
    }

    private Map<String, String> places() {
        Map<String, String> places = new TreeMap<>();
        models.forEach((name, file) -> places.put(name, file.toAbsolutePath().toString()));
        return places;
    }

    private WorkerProcess replace(@Nullable WorkerProcess old, Journal journal) throws IOException {
        if (old != null) {
            running.remove(old);
            old.close();
        }
        WorkerProcess worker = new WorkerProcess(limits, journal.log());
        running.add(worker);
        return worker;
    }

    /** Process ids of the workers, for a watcher. */
    public List<Long> workers() {
        return running.stream().map(WorkerProcess::pid).sorted().toList();
    }

    /** Ends the workers at once, so that {@link #run} ends soon; what they were at begins again with the next run. */
    public void stop() {
        running.forEach(WorkerProcess::stop);
    }

    private <T> List<T> all(List<Callable<T>> tasks) throws IOException {
        List<T> out = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, limits.workers()))) {
            List<Future<T>> futures = tasks.stream().map(pool::submit).toList();
            try {
                for (Future<T> f : futures) {
                    out.add(f.get());
                }
            } catch (ExecutionException e) {
                futures.forEach(f -> f.cancel(true));
                stop();
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                if (e.getCause() instanceof RuntimeException r) {
                    throw r;
                }
                throw new IOException("curate: a worker's thread failed", e.getCause());
            } catch (InterruptedException e) {
                futures.forEach(f -> f.cancel(true));
                stop();
                Thread.currentThread().interrupt();
                throw new CancellationException("curate: interrupted");
            }
        }
        return out;
    }
}
