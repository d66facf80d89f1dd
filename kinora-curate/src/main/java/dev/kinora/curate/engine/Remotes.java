package dev.kinora.curate.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kinora.curate.dataset.Source;
import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The remote files of a run, each with a path that stands for it, and what is known of their content. A hash is
 * remembered in the dataset's folder together with the version that the store named: the next run hashes what is new or
 * has changed, and nothing else.
 */
public final class Remotes {
    /** Name of the memory within the dataset's folder. */
    public static final String MEMORY = ".sources.jsonl";

    /** A line of the memory. */
    private record Line(String name, String version, long bytes, String sha256) {}

    private final Path memory;
    private final Map<Path, RemoteFile> files = new LinkedHashMap<>();
    private final Map<String, Line> known = new HashMap<>();
    private final Map<String, FileOutcome> unreadable = new ConcurrentHashMap<>();

    private Remotes(Path memory) {
        this.memory = memory;
    }

    /**
     * The remote files of a run.
     *
     * @param out the dataset's folder
     * @param spool where a file would lie if it were here
     */
    static Remotes of(List<RemoteFile> remotes, Path out, Path spool) throws IOException {
        Remotes all = new Remotes(out.resolve(MEMORY));
        for (RemoteFile file : remotes) {
            Path folder = spool.resolve(Hashes.ofText(file.name()).substring(0, 16));
            all.files.put(folder.resolve(file.fileName()), file);
        }
        all.recall();
        return all;
    }

    private void recall() throws IOException {
        if (!Files.exists(memory)) {
            return;
        }
        // Not readAllLines: where a line breaks off, so may a character.
        for (String text : new String(Files.readAllBytes(memory), UTF_8).split("\n", -1)) {
            try {
                Line line = Job.JSON.readValue(text, Line.class);
                known.put(line.name, line);
            } catch (JsonProcessingException e) {
                // A run that was killed wrote half of it: that file is hashed again.
            }
        }
    }

    /** All files of a run by name, in order of names: those given, and these. */
    Map<String, Path> with(Map<String, Path> local) {
        Map<String, Path> all = new TreeMap<>(local);
        files.forEach((path, file) -> all.put(file.name(), path));
        return Collections.unmodifiableMap(all);
    }

    /** The file that a path stands for; null for a file of this machine. */
    public @Nullable RemoteFile at(Path path) {
        return files.get(path);
    }

    /** What was remembered of a file whose version is the same; null if it has to be hashed. */
    public @Nullable Source recall(RemoteFile file) {
        Line line = known.get(file.name());
        boolean same = line != null && line.version.equals(file.version()) && line.bytes == file.bytes();
        return same ? new Source(file.name(), Objects.requireNonNull(line).sha256, file.bytes()) : null;
    }

    /** Remembers the hash of a file; for any number of threads. */
    public synchronized Source hashed(RemoteFile file, String sha256) throws IOException {
        String line = Job.JSON.writeValueAsString(new Line(file.name(), file.version(), file.bytes(), sha256));
        // A line break first: what stands there may have been broken off.
        Files.write(memory, ("\n" + line + "\n").getBytes(UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return new Source(file.name(), sha256, file.bytes());
    }

    /** A file that cannot be had, whatever one does; for any number of threads. */
    public Source unread(RemoteFile file, String errorClass, String message) {
        Source source = Source.unread(file.name(), file.bytes());
        unreadable.put(source.key(), FileOutcome.failed("error", errorClass, message));
        return source;
    }

    /** Gives the files that could not be had their results; the rest is still to do. */
    public List<FileTask> readable(List<FileTask> todo, JournalFolder journal, Steps steps) throws IOException {
        List<FileTask> rest = new ArrayList<>();
        for (FileTask task : todo) {
            FileOutcome failure = unreadable.get(task.sha256());
            if (failure == null) {
                rest.add(task);
            } else {
                journal.finish(task, journal.begin(task.sha256(), "unread"), failure);
                steps.step();
            }
        }
        return rest;
    }
}
