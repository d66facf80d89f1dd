package dev.kinora.spark;

import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.engine.Assignment;
import dev.kinora.curate.engine.FileTask;
import dev.kinora.curate.engine.JournalFolder;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.engine.Remotes;
import dev.kinora.curate.engine.ResultRelay;
import dev.kinora.curate.engine.Steps;
import dev.kinora.curate.engine.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A run on a cluster: a task a file, to hash it and to curate it. What travels is where a file lies, a path that all
 * machines share or a ticket to a bucket; executors that share no folder with this machine leave results in a relay.
 */
final class ClusterWork implements Workplace {
    /** For how long a network file system may answer from what it remembers of a folder: twice NFS's usual minute. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Files of one job that hashes: what it found is remembered when it ends. */
    private static final int HASHED_AT_ONCE = 1000;

    private static final int FETCHED_AT_ONCE = 8;

    private final Cluster cluster;
    private final Remotes remotes;
    private final long spoolBytes;
    private final @Nullable ResultRelay relay;

    /** Executor that has a file in its spool, by what the file travels as. */
    private final Map<String, String> keepers = new LinkedHashMap<>();

    /**
     * A run.
     *
     * @param spoolBytes of remote files that an executor may keep from hashing to curating
     * @param relay where executors leave results; null where they see the journal
     */
    ClusterWork(Cluster cluster, Remotes remotes, long spoolBytes, @Nullable ResultRelay relay) {
        this.cluster = cluster;
        this.remotes = remotes;
        this.spoolBytes = spoolBytes;
        this.relay = relay;
    }

    @Override
    public List<Source> hash(Map<String, Path> paths, Steps steps) throws IOException {
        Map<String, Source> done = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        paths.forEach((name, path) -> {
            RemoteFile file = remotes.at(path);
            Source before = file == null ? null : remotes.recall(file);
            if (before == null) {
                names.add(name);
            } else {
                done.put(name, before);
                steps.step();
            }
        });
        for (int from = 0; from < names.size(); from += HASHED_AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + HASHED_AT_ONCE));
            List<String> lines = some.stream()
                    .map(n -> travelling(Objects.requireNonNull(paths.get(n))))
                    .toList();
            HashFile work = new HashFile(spoolBytes);
            List<String> answers = cluster.job(
                    lines,
                    steps,
                    c -> c.parallelize(lines, lines.size()).map(work).collectAsync());
            for (int i = 0; i < some.size(); i++) {
                Path path = Objects.requireNonNull(paths.get(some.get(i)));
                done.put(some.get(i), source(some.get(i), path, lines.get(i), answers.get(i)));
            }
        }
        return paths.keySet().stream()
                .map(n -> Objects.requireNonNull(done.get(n)))
                .toList();
    }

    private Source source(String name, Path path, String line, String answer) throws IOException {
        HashFile.Answer found = HashFile.Answer.of(answer);
        RemoteFile file = remotes.at(path);
        if (file == null) {
            return new Source(name, found.sha256(), found.bytes());
        }
        if (found.sha256().isEmpty()) {
            return remotes.unread(file, found.errorClass(), found.message());
        }
        if (!found.keeper().isEmpty()) {
            keepers.put(line, found.keeper());
        }
        return remotes.hashed(file, found.sha256());
    }

    @Override
    public void curate(List<FileTask> todo, Assignment assignment, JournalFolder journal, Steps steps)
            throws IOException {
        List<FileTask> rest = remotes.readable(todo, journal, steps);
        if (relay != null) {
            relay.open(journal.plan());
            rest = fetch(relay, rest, journal, steps);
        }
        if (!rest.isEmpty()) {
            // The longest first, so that none of them is left to a single executor in the end.
            List<FileTask> ordered = rest.stream()
                    .sorted(Comparator.comparingLong(FileTask::bytes).reversed())
                    .toList();
            List<String> lines = new ArrayList<>();
            List<String> where = new ArrayList<>();
            for (FileTask task : ordered) {
                String file = travelling(task.file());
                lines.add(WorkOrder.line(task.sha256(), task.bytes(), file));
                where.add(keepers.getOrDefault(file, ""));
            }
            WorkOrder order = new WorkOrder(
                    assignment,
                    relay == null ? journal.path().toUri().toString() : "",
                    relay == null ? "" : relay.ticket(),
                    cluster.launch().classPath(),
                    cluster.launch().natives());
            CurateFile work = new CurateFile(order.toJson());
            cluster.job(lines, steps, c -> Placed.parallelize(c, lines, where).foreachAsync(work));
        }
        if (relay != null && !fetch(relay, rest, journal, null).isEmpty()) {
            throw new IOException(
                    "curate: results = some are missing (expected: one of every file in " + relay.ticket() + ")");
        }
        cluster.close();
        journal.await(todo.stream().map(FileTask::sha256).toList(), PATIENCE);
    }

    /** Takes results from the relay into the journal, several at a time; the files that it has none of. */
    private static List<FileTask> fetch(
            ResultRelay relay, List<FileTask> tasks, JournalFolder journal, @Nullable Steps steps) throws IOException {
        Set<String> there = tasks.isEmpty() ? Set.of() : relay.all();
        List<Future<Void>> fetches = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(FETCHED_AT_ONCE)) {
            for (FileTask task : tasks) {
                if (there.contains(task.sha256())) {
                    fetches.add(pool.submit(() -> {
                        Path half = journal.begin(task.sha256(), "fetched");
                        relay.fetch(task.sha256(), half);
                        journal.finish(task.sha256(), half);
                        if (steps != null) {
                            steps.requireGoing();
                            steps.step();
                        }
                        return null;
                    }));
                }
            }
            await(fetches);
        }
        return tasks.stream().filter(t -> !there.contains(t.sha256())).toList();
    }

    private static void await(List<Future<Void>> fetches) throws IOException {
        try {
            for (Future<Void> fetch : fetches) {
                fetch.get();
            }
        } catch (ExecutionException e) {
            fetches.forEach(f -> f.cancel(true));
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw e.getCause() instanceof IOException io ? io : new IOException("curate: a thread failed", e);
        } catch (InterruptedException e) {
            fetches.forEach(f -> f.cancel(true));
            Thread.currentThread().interrupt();
            throw new CancellationException("curate: interrupted");
        }
    }

    /** A file as executors are told of it. */
    private String travelling(Path path) {
        RemoteFile file = remotes.at(path);
        return file == null ? path.toAbsolutePath().toUri().toString() : file.ticket();
    }
}
