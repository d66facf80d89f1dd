package dev.kinora.curate.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.worker.FileResult;
import dev.kinora.curate.worker.Job;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished half of a dataset: a hidden folder in it that holds a folder for each file that is done. Such a folder
 * appears in one step, whole; what a killed run leaves half made lies elsewhere and is thrown away.
 */
final class Journal implements Commit.Results, AutoCloseable {
    static final String NAME = ".work";

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;
    private final AtomicInteger serial = new AtomicInteger();

    private Journal(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Opens the journal of a dataset, new or as an interrupted run left it.
     *
     * @throws IOException if another run has it open, or it belongs to another plan
     */
    static Journal open(Path dataset, Plan plan, List<String> methods) throws IOException {
        Path folder = dataset.resolve(NAME);
        Files.createDirectories(folder);
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = tryLock(channel);
            if (lock == null) {
                throw new IOException(
                        "curate: --out = " + dataset + " (expected: a dataset that no other run works on)");
            }
            requirePlan(folder.resolve("plan.json"), dataset, plan, methods);
            Commit.delete(folder.resolve("half"));
            Files.createDirectories(folder.resolve("half"));
            Files.createDirectories(folder.resolve("done"));
            return new Journal(folder, channel, lock);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Results of another plan must not be mixed in. */
    private static void requirePlan(Path file, Path dataset, Plan plan, List<String> methods) throws IOException {
        String mine = new JsonMapper().writeValueAsString(List.of(plan, methods));
        if (!Files.exists(file)) {
            Path beside = file.resolveSibling("plan.new");
            Files.write(beside, mine.getBytes(UTF_8));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } else if (!Files.readString(file).equals(mine)) {
            throw new IOException("curate: --out = " + dataset
                    + " (expected: a new folder; this one holds an unfinished run with other options)");
        }
    }

    Path log() {
        return folder.resolve("worker.log");
    }

    Path aside() {
        return folder.resolve("commit");
    }

    boolean has(String sha256) {
        return Files.exists(folder(sha256));
    }

    /** A new folder for a result under way. */
    Path begin(String sha256) throws IOException {
        return Files.createDirectory(folder.resolve("half").resolve(sha256 + "-" + serial.incrementAndGet()));
    }

    /** A result whose folder is complete. */
    void finish(String sha256, Path half) throws IOException {
        Files.move(half, folder(sha256), StandardCopyOption.ATOMIC_MOVE);
    }

    void finish(String sha256, Path half, FileResult result) throws IOException {
        Commit.delete(half);
        Files.createDirectory(half);
        Files.writeString(half.resolve(Job.RESULT), Job.JSON.writeValueAsString(result));
        finish(sha256, half);
    }

    @Override
    public FileResult of(String sha256) throws IOException {
        return Job.JSON.readValue(Files.readString(folder(sha256).resolve(Job.RESULT)), FileResult.class);
    }

    @Override
    public Path folder(String sha256) {
        return folder.resolve("done").resolve(sha256);
    }

    /** Removes it all: the manifest stands. */
    void remove() throws IOException {
        close();
        // The results last: while one is left, so is the plan it belongs to.
        Commit.delete(folder);
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            lock.release();
            channel.close();
        }
    }
}
