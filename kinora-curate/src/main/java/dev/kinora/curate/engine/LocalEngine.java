package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Curates on this machine, with a pool of worker processes. */
public final class LocalEngine implements Engine {
    /** Its service. */
    public static final class Provider implements EngineProvider {
        @Override
        public String name() {
            return "local";
        }

        @Override
        public Engine create(Plan plan, WorkerLimits limits, EngineSettings settings, CurateListener listener) {
            if (!settings.master().isEmpty() || !settings.conf().isEmpty()) {
                throw new IllegalArgumentException("curate: engine = local (expected: spark, where there is a master"
                        + " or a setting of Spark's)");
            }
            return new LocalEngine(plan, limits, listener, settings.models());
        }
    }

    private final Plan plan;
    private final WorkerLimits limits;
    private final CurateListener listener;
    private final Map<String, Path> models;
    private final Set<WorkerSlot> running = ConcurrentHashMap.newKeySet();

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
    }

    @Override
    public Run run(Inputs inputs, Path out) throws IOException {
        Curation curation = new Curation(plan, limits, listener, models);
        if (inputs.remotes().isEmpty()) {
            return curation.run(inputs.raws(), out, new Pool());
        }
        Path folder = out.resolve(Journal.NAME)
                .resolve("spool-" + ProcessHandle.current().pid());
        Remotes remotes = Remotes.of(inputs.remotes(), out, folder);
        try (Spool spool = new Spool(new Pool(), new Threads(), remotes, folder, inputs.spoolBytes())) {
            return curation.run(remotes.with(Sources.find(inputs.raws(), out)), out, spool);
        }
    }

    /** This engine's threads, for others. */
    private final class Threads implements Spool.Threads {
        @Override
        public <T> List<T> all(List<Callable<T>> tasks) throws IOException {
            return LocalEngine.this.all(tasks);
        }
    }

    /** Threads that read, and threads that each mind a worker. */
    private final class Pool implements Workplace {
        @Override
        public List<Source> hash(Map<String, Path> paths, Steps steps) throws IOException {
            List<Callable<Source>> tasks = new ArrayList<>();
            paths.forEach((name, path) -> tasks.add(() -> {
                steps.requireGoing();
                Source source = new Source(name, Hashes.ofFile(path), Files.size(path));
                steps.step();
                return source;
            }));
            return all(tasks);
        }

        @Override
        public void curate(List<FileTask> todo, Assignment assignment, JournalFolder journal, Steps steps)
                throws IOException {
            Queue<FileTask> queue = new ConcurrentLinkedQueue<>(todo);
            AtomicInteger attempts = new AtomicInteger();
            List<Callable<Integer>> slots = new ArrayList<>();
            for (int i = 0; i < Math.min(limits.workers(), todo.size()); i++) {
                slots.add(() -> work(queue, attempts, assignment, journal, steps));
            }
            all(slots);
        }

        private int work(
                Queue<FileTask> queue,
                AtomicInteger attempts,
                Assignment assignment,
                JournalFolder journal,
                Steps steps)
                throws IOException {
            WorkerSlot slot = new WorkerSlot(assignment, WorkerLaunch.here(), journal.log("worker"));
            running.add(slot);
            int count = 0;
            try (slot) {
                for (FileTask next; (next = queue.poll()) != null; count++) {
                    String attempt = Integer.toString(attempts.incrementAndGet());
                    slot.curate(next, journal, attempt, steps::requireGoing);
                    steps.step();
                }
            } finally {
                running.remove(slot);
            }
            return count;
        }
    }

    /** Process ids of the workers, for a watcher. */
    public List<Long> workers() {
        return running.stream()
                .flatMapToLong(s -> s.pid().stream())
                .sorted()
                .boxed()
                .toList();
    }

    @Override
    public void stop() {
        running.forEach(WorkerSlot::stop);
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
