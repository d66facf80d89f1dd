package dev.kinora.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one training run: {@code config.json}, {@code metrics.jsonl}, {@code curves.png}, contact sheets, and
 * {@code checkpoint/} with all that a killed run needs to continue bit for bit. One process at a time.
 */
public final class RunFolder implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final @Nullable FileChannel lockFile;
    private final @Nullable FileLock lock;

    /** Writes one checkpoint's files. */
    @FunctionalInterface
    public interface Content {
        /** Into a new folder. */
        void writeTo(Path folder) throws IOException;
    }

    private RunFolder(Path path, @Nullable FileChannel lockFile, @Nullable FileLock lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Opens a run's folder, making it where it is new.
     *
     * @param config of the run; a folder begun with another one is refused
     */
    public static RunFolder open(Path path, ObjectNode config) throws IOException {
        return open(path, "config.json", config);
    }

    /** The same with another name for the config's file. */
    public static RunFolder open(Path path, String name, ObjectNode config) throws IOException {
        Files.createDirectories(path);
        FileChannel channel =
                FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IllegalStateException(path + ": run = in progress (expected: one process per run folder)");
        }
        Path file = path.resolve(name);
        if (Files.exists(file)) {
            JsonNode before = JSON.readTree(file.toFile());
            if (!before.equals(JSON.readTree(JSON.writeValueAsString(config)))) {
                channel.close();
                throw new IllegalArgumentException(
                        file + ": config = another (expected: the one this run began with; use a new folder)");
            }
        } else {
            Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
        }
        return new RunFolder(path, channel, lock);
    }

    /** The folder as those processes of a run see it that write nothing: the first one has it open. */
    public static RunFolder follow(Path path) {
        return new RunFolder(path, null, null);
    }

    /** The folder itself. */
    public Path path() {
        return path;
    }

    /** A file of the run. */
    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** Saves a checkpoint whole: into a new folder that then takes the place of the old one. */
    public void save(ObjectNode state, Content content) throws IOException {
        Path draft = path.resolve("checkpoint.new");
        Path old = path.resolve("checkpoint.old");
        Path current = path.resolve("checkpoint");
        delete(draft);
        Files.createDirectories(draft);
        content.writeTo(draft);
        Files.writeString(draft.resolve("state.json"), JSON.writeValueAsString(state));
        if (Files.exists(current)) {
            delete(old);
            Files.move(current, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(draft, current, StandardCopyOption.ATOMIC_MOVE);
        delete(old);
    }

    /** The folder of the newest whole checkpoint, or null for a run that has none yet. */
    @Nullable
    public Path latest() {
        for (String name : List.of("checkpoint", "checkpoint.old")) {
            if (Files.exists(path.resolve(name).resolve("state.json"))) {
                return path.resolve(name);
            }
        }
        return null;
    }

    /** What {@link #save} was given as the state. */
    public static JsonNode state(Path checkpoint) throws IOException {
        return JSON.readTree(checkpoint.resolve("state.json").toFile());
    }

    /** An empty JSON object. */
    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** A record as a JSON object. */
    public static ObjectNode tree(Object record) {
        return JSON.valueToTree(record);
    }

    /** A list as a JSON array. */
    public static ArrayNode array(Object list) {
        return JSON.valueToTree(list);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(f);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.release();
        }
        if (lockFile != null) {
            lockFile.close();
        }
    }
}
