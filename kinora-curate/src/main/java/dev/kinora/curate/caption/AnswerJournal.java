package dev.kinora.curate.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Dataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers that are not in the dataset yet: a hidden folder in it with a line of JSON for each, on the disk before the
 * next question. A line that a killed run left half written is dropped.
 */
final class AnswerJournal implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final FileChannel lines;
    private final Map<String, ObjectNode> answers = new LinkedHashMap<>();

    private AnswerJournal(Path folder, FileChannel lockFile, FileLock lock, FileChannel lines) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.lock = lock;
        this.lines = lines;
    }

    /**
     * Opens the journal of a table, new or as an interrupted run left it.
     *
     * @param replace whether answers to another plan are thrown away, instead of refused
     * @throws IOException if another run has it open, or it belongs to another plan
     */
    static AnswerJournal open(Dataset dataset, String table, ObjectNode plan, boolean replace) throws IOException {
        Path folder = Files.createDirectories(dataset.folder().resolve("." + table));
        FileChannel lockFile =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel lines = null;
        AnswerJournal journal = null;
        try {
            FileLock lock = tryLock(lockFile);
            if (lock == null) {
                throw new IOException(
                        "curate: dataset = " + dataset.name() + " (expected: one that no other run works on)");
            }
            requirePlan(folder, dataset, plan, replace);
            Commit.delete(folder.resolve("aside"));
            Files.createDirectories(folder.resolve("aside"));
            lines = FileChannel.open(
                    folder.resolve("answers.jsonl"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            journal = new AnswerJournal(folder, lockFile, lock, lines);
            journal.read();
            return journal;
        } finally {
            if (journal == null) {
                if (lines != null) {
                    lines.close();
                }
                lockFile.close();
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

    private static void requirePlan(Path folder, Dataset dataset, ObjectNode plan, boolean replace) throws IOException {
        Path file = folder.resolve("plan.json");
        if (Files.exists(file)) {
            if (JSON.readTree(Files.readString(file)).equals(plan)) {
                return;
            }
            if (!replace) {
                throw new IOException("curate: dataset = " + dataset.name()
                        + " (expected: one without an unfinished run with other options; --replace throws that away)");
            }
            Files.deleteIfExists(folder.resolve("answers.jsonl"));
        }
        Path beside = folder.resolve("plan.new");
        Files.write(beside, plan.toString().getBytes(UTF_8));
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void read() throws IOException {
        byte[] all = Files.readAllBytes(folder.resolve("answers.jsonl"));
        int from = 0;
        for (int at = 0; at < all.length; at++) {
            if (all[at] == '\n') {
                JsonNode row = JSON.readTree(new String(all, from, at - from, UTF_8));
                if (!(row instanceof ObjectNode object) || !object.path("id").isTextual()) {
                    throw new IOException("curate: " + folder + "/answers.jsonl = damaged (expected: a row a line)");
                }
                answers.put(object.path("id").asText(), object);
                from = at + 1;
            }
        }
        lines.truncate(from);
        lines.position(from);
    }

    /** A folder for files under way. */
    Path aside() {
        return folder.resolve("aside");
    }

    /** The last answer for each clip. */
    synchronized Map<String, ObjectNode> answers() {
        return new LinkedHashMap<>(answers);
    }

    /** Keeps an answer; it is on the disk when this returns. */
    synchronized void add(ObjectNode row) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((row + "\n").getBytes(UTF_8));
        while (line.hasRemaining()) {
            lines.write(line);
        }
        lines.force(false);
        answers.put(row.path("id").asText(), row);
    }

    /** Removes it all: the table stands. */
    void remove() throws IOException {
        close();
        Commit.delete(folder);
    }

    @Override
    public void close() throws IOException {
        if (lockFile.isOpen()) {
            lines.close();
            lock.release();
            lockFile.close();
        }
    }
}
