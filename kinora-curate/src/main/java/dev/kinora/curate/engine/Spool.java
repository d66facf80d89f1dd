package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings remote files to a workplace that reads local ones. While it hashes it keeps what has room; the rest is fetched
 * once more, a batch at a time. What lies in it never exceeds its room by more than the
 * files under way.
 */
final class Spool implements Workplace, AutoCloseable {
    /** Runs tasks on the workplace's threads. */
    interface Threads {
        <T> List<T> all(List<Callable<T>> tasks) throws IOException;
    }

    private final Workplace local;
    private final Threads threads;
    private final Remotes remotes;
    private final Path folder;
    private final long room;
    private final AtomicLong kept = new AtomicLong();

    /**
     * @param local where local files are curated
     * @param remotes whose paths lie in {@code folder}
     * @param folder to be made anew, and removed in the end
     * @param room bytes
     */
    Spool(Workplace local, Threads threads, Remotes remotes, Path folder, long room) {
        this.local = local;
        this.threads = threads;
        this.remotes = remotes;
        this.folder = folder;
        this.room = room;
    }

    @Override
    public List<Source> hash(Map<String, Path> paths, Steps steps) throws IOException {
        Map<String, Path> here = new LinkedHashMap<>();
        List<Callable<Source>> tasks = new ArrayList<>();
        paths.forEach((name, path) -> {
            RemoteFile file = remotes.at(path);
            if (file == null) {
                here.put(name, path);
            } else {
                tasks.add(() -> hash(file, path, steps));
            }
        });
        Map<String, Source> all = new LinkedHashMap<>();
        local.hash(here, steps).forEach(s -> all.put(s.name(), s));
        threads.all(tasks).forEach(s -> all.put(s.name(), s));
        return paths.keySet().stream()
                .map(n -> Objects.requireNonNull(all.get(n)))
                .toList();
    }

    private Source hash(RemoteFile file, Path path, Steps steps) throws IOException {
        steps.requireGoing();
        try {
            Source before = remotes.recall(file);
            if (before != null) {
                return before;
            }
            fetch(file, path);
            Source source = remotes.hashed(file, Hashes.ofFile(path));
            if (kept.addAndGet(file.bytes()) > room) {
                kept.addAndGet(-file.bytes());
                Files.delete(path);
            }
            return source;
        } catch (UnreadableFileException e) {
            return remotes.unread(file, e.errorClass(), String.valueOf(e.getMessage()));
        } finally {
            steps.step();
        }
    }

    private static void fetch(RemoteFile file, Path path) throws IOException {
        Files.createDirectories(path.getParent());
        file.fetch(path);
    }

    @Override
    public void curate(List<FileTask> todo, Assignment assignment, JournalFolder journal, Steps steps)
            throws IOException {
        List<FileTask> ready = new ArrayList<>();
        List<FileTask> later = new ArrayList<>();
        for (FileTask task : remotes.readable(todo, journal, steps)) {
            (remotes.at(task.file()) != null && !Files.exists(task.file()) ? later : ready).add(task);
        }
        local.curate(ready, assignment, journal, steps);
        remove(ready);
        for (List<FileTask> batch : batches(later)) {
            List<Callable<Boolean>> fetches = new ArrayList<>();
            batch.forEach(t -> fetches.add(() -> fetched(t, journal, steps)));
            List<Boolean> fetched = threads.all(fetches);
            List<FileTask> here = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                if (fetched.get(i)) {
                    here.add(batch.get(i));
                }
            }
            local.curate(here, assignment, journal, steps);
            remove(here);
        }
    }

    /** Fetches a file whose hash is known; one that has gone since costs itself. */
    private boolean fetched(FileTask task, JournalFolder journal, Steps steps) throws IOException {
        steps.requireGoing();
        try {
            fetch(Objects.requireNonNull(remotes.at(task.file())), task.file());
            return true;
        } catch (UnreadableFileException e) {
            journal.finish(task, journal.begin(task.sha256(), "unread"), e.outcome());
            steps.step();
            return false;
        }
    }

    private List<List<FileTask>> batches(List<FileTask> tasks) {
        List<List<FileTask>> batches = new ArrayList<>();
        long bytes = Long.MAX_VALUE;
        for (FileTask task : tasks) {
            if (bytes > room - task.bytes()) {
                batches.add(new ArrayList<>());
                bytes = 0;
            }
            batches.getLast().add(task);
            bytes += task.bytes();
        }
        return batches;
    }

    private void remove(List<FileTask> done) throws IOException {
        for (FileTask task : done) {
            if (remotes.at(task.file()) != null) {
                Files.deleteIfExists(task.file());
            }
        }
    }

    @Override
    public void close() throws IOException {
        Commit.delete(folder);
    }
}
