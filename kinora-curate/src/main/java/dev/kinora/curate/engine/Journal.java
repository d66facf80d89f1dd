package dev.kinora.curate.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The unfinished half of a dataset: a hidden folder in it, of one plan, for one run at a time. */
final class Journal implements AutoCloseable {
    static final String NAME = ".work";

    /** Name of the file in it that says what decides the results. */
    static final String PLAN = "plan.json";

    /** Attempts that have lost may write for a moment longer. */
    private static final int REMOVALS = 20;

    private static final long REMOVAL_MILLIS = 500;

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

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
            requirePlan(folder.resolve(PLAN), dataset, plan, methods);
            Journal journal = new Journal(folder, channel, lock);
            journal.results().open();
            return journal;
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

    JournalFolder results() {
        return new JournalFolder(folder.toAbsolutePath());
    }

    Path aside() {
        return folder.resolve("commit");
    }

    /** Removes it all: the manifest stands. */
    void remove() throws IOException {
        close();
        for (int i = 1; ; i++) {
            try {
                // The results last: while one is left, so is the plan it belongs to.
                Commit.delete(folder);
                return;
            } catch (DirectoryNotEmptyException | NoSuchFileException | UncheckedIOException e) {
                if (i == REMOVALS) {
                    throw new IOException("curate: journal = " + folder + " (expected: nobody else writing to it)", e);
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(REMOVAL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("curate: interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            lock.release();
            channel.close();
        }
    }
}
