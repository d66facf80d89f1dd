package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Path folder;
    private final long room;
    private final Map<Path, RemoteFile> remote = new LinkedHashMap<>();
    private final AtomicLong kept = new AtomicLong();
    private final Map<String, FileOutcome> unreadable = new ConcurrentHashMap<>();

    /**
     * @param local where local files are curated
     * @param folder to be made anew, and removed in the end
     * @param room bytes
     */
    Spool(Workplace local, Threads threads, Path folder, long room) {
        this.local = local;
        this.threads = threads;
        this.folder = folder;
        this.room = room;
    }

    /** Where a remote file will lie, under its own name. */
    Path place(RemoteFile file) {
        String name = file.name().substring(file.name().lastIndexOf('/') + 1);
        Path path = folder.resolve(Hashes.ofText(file.name()).substring(0, 16));
        try {
            Path own = Path.of(name);
            path = own.getNameCount() == 1 && !name.startsWith(".") ? path.resolve(own) : path.resolve("object");
        } catch (InvalidPathException e) {
            path = path.resolve("object");
        }
        remote.put(path, file);
        return path;
    }

    @Override
    public List<Source> hash(Map<String, Path> paths, Steps steps) throws IOException {
        Map<String, Path> here = new LinkedHashMap<>();
        List<Callable<Source>> tasks = new ArrayList<>();
        paths.forEach((name, path) -> {
            RemoteFile file = remote.get(path);
            if (file == null) {
                here.put(name, path);
            } else {
                tasks.add(() -> hash(name, file, path, steps));
            }
        });
        Map<String, Source> all = new LinkedHashMap<>();
        local.hash(here, steps).forEach(s -> all.put(s.name(), s));
        threads.all(tasks).forEach(s -> all.put(s.name(), s));
        return paths.keySet().stream()
                .map(n -> Objects.requireNonNull(all.get(n)))
                .toList();
    }

    private Source hash(String name, RemoteFile file, Path path, Steps steps) throws IOException {
        steps.requireGoing();
        try {
            fetch(file, path);
            Source source = new Source(name, Hashes.ofFile(path), file.bytes());
            if (kept.addAndGet(file.bytes()) > room) {
                kept.addAndGet(-file.bytes());
                Files.delete(path);
            }
            return source;
        } catch (UnreadableFileException e) {
            Source source = Source.unread(name, file.bytes());
            unreadable.put(source.key(), FileOutcome.failed("error", e.errorClass(), String.valueOf(e.getMessage())));
            return source;
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
        for (FileTask task : todo) {
            FileOutcome failure = unreadable.get(task.sha256());
            if (failure != null) {
                journal.finish(task, journal.begin(task.sha256(), "unread"), failure);
                steps.step();
            } else {
                (remote.containsKey(task.file()) && !Files.exists(task.file()) ? later : ready).add(task);
            }
        }
        local.curate(ready, assignment, journal, steps);
        remove(ready);
        for (List<FileTask> batch : batches(later)) {
            List<Callable<FileTask>> fetches = new ArrayList<>();
            batch.forEach(t -> fetches.add(() -> {
                steps.requireGoing();
                fetch(Objects.requireNonNull(remote.get(t.file())), t.file());
                return t;
            }));
            threads.all(fetches);
            local.curate(batch, assignment, journal, steps);
            remove(batch);
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
            if (remote.containsKey(task.file())) {
                Files.deleteIfExists(task.file());
            }
        }
    }

    @Override
    public void close() throws IOException {
        Commit.delete(folder);
    }
}
