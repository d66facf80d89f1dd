package dev.kinora.spark;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.s3.Tickets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkFiles;
import org.jspecify.annotations.Nullable;

/**
 * Files that an executor has fetched, in a folder of its own. One that was hashed stays for the task that curates it,
 * while there is room; beside those kept, each task holds one file at most.
 */
final class ExecutorSpool implements AutoCloseable {
    /** That of this process. */
    static final ExecutorSpool HERE = new ExecutorSpool();

    private final Map<String, Path> kept = new HashMap<>();
    private @Nullable Path folder;
    private long bytes;

    private ExecutorSpool() {}

    /** A new folder of this process. */
    synchronized Path folder(String prefix) throws IOException {
        Path now = folder;
        if (now == null || !Files.isDirectory(now)) {
            Path root = Path.of(SparkFiles.getRootDirectory()).toAbsolutePath();
            now = Files.createTempDirectory(root, "kinora-");
            folder = now;
        }
        return Files.createTempDirectory(now, prefix);
    }

    /** The file of a ticket, kept here or fetched: the caller's to {@link #keep} or {@link #drop}. */
    Path take(String ticket) throws IOException {
        synchronized (this) {
            Path here = kept.remove(ticket);
            if (here != null) {
                bytes -= Files.size(here);
                return here;
            }
        }
        RemoteFile file = Tickets.file(ticket);
        Path to = folder("fetched-").resolve(file.fileName());
        try {
            file.fetch(to);
        } catch (IOException | RuntimeException e) {
            drop(to);
            throw e;
        }
        return to;
    }

    /** Keeps a file while there is room; whether it did. */
    boolean keep(String ticket, Path file, long room) throws IOException {
        synchronized (this) {
            long size = Files.size(file);
            if (bytes + size <= room && kept.putIfAbsent(ticket, file) == null) {
                bytes += size;
                return true;
            }
        }
        drop(file);
        return false;
    }

    static void drop(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.getParent());
    }

    @Override
    public synchronized void close() {
        kept.clear();
        bytes = 0;
        try {
            if (folder != null) {
                Commit.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folder = null;
    }
}
