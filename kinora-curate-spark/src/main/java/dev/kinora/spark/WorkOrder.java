package dev.kinora.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kinora.curate.engine.Assignment;
import dev.kinora.curate.engine.FileTask;
import dev.kinora.curate.engine.JournalFolder;
import dev.kinora.curate.engine.WorkerLaunch;
import dev.kinora.curate.worker.Job;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What executors know of a run, as JSON.
 *
 * @param assignment for every file
 * @param journal URI of its folder; empty where executors do not see it
 * @param results ticket of the place for results then; empty otherwise
 * @param classPath of workers: paths, where executors have them, or names of what was sent to them
 * @param natives folder of unpacked native libraries, for executors that have it
 */
record WorkOrder(Assignment assignment, String journal, String results, List<String> classPath, String natives) {
    WorkOrder {
        classPath = List.copyOf(classPath);
    }

    String toJson() {
        try {
            return Job.JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("WorkOrder: not serialisable", e);
        }
    }

    static WorkOrder of(String json) throws IOException {
        return Job.JSON.readValue(json, WorkOrder.class);
    }

    /**
     * A file to curate in a line.
     *
     * @param file its URI, or a ticket to it
     */
    static String line(String sha256, long bytes, String file) {
        return sha256 + " " + bytes + " " + file;
    }

    /** Whether a file has to be fetched. */
    static boolean isTicket(String file) {
        return file.startsWith("{");
    }

    static String sha256(String line) {
        return line.split(" ", 3)[0];
    }

    static long bytes(String line) {
        return Long.parseLong(line.split(" ", 3)[1]);
    }

    static String file(String line) {
        return line.split(" ", 3)[2];
    }

    /** The file of a line whose URI all see, which must be what it was when it was hashed. */
    static FileTask task(String line) throws IOException {
        Path file = readable(Path.of(URI.create(file(line))));
        long bytes = Files.size(file);
        if (bytes != bytes(line)) {
            throw new IOException("curate: file = " + file + ", " + bytes + " bytes (expected: " + bytes(line)
                    + ", as when it was hashed)");
        }
        return new FileTask(sha256(line), file, bytes);
    }

    /** @throws IOException if this executor cannot read the file, which is no fault of the file */
    static Path readable(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException(
                    "curate: file = " + file + " (expected: to be read by every executor under this path)");
        }
        return file;
    }

    /** The journal that all see. */
    JournalFolder folder() {
        return new JournalFolder(Path.of(URI.create(journal)));
    }

    /**
     * How this executor starts workers.
     *
     * @param sent gives the path of a file that was sent to this executor
     * @throws IOException if a jar is neither where the driver has it nor was sent
     */
    WorkerLaunch launch(Function<String, String> sent) throws IOException {
        List<String> here = new ArrayList<>();
        for (String entry : classPath) {
            File file = new File(entry);
            if (!file.isAbsolute() || !file.exists()) {
                file = new File(sent.apply(file.getName())).getAbsoluteFile();
            }
            if (!file.exists()) {
                throw new IOException("curate: jar = " + entry
                        + " (expected: on every executor under this path, or sent" + " to it)");
            }
            here.add(file.getPath());
        }
        return new WorkerLaunch(here, Files.isDirectory(Path.of(natives)) ? natives : "");
    }
}
