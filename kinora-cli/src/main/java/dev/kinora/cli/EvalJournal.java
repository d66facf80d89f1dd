package dev.kinora.cli;

import dev.kinora.eval.ToyboxReading;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was read so far, a JSON line a clip after one that says under which settings; or nothing but memory. */
final class EvalJournal implements AutoCloseable {
    private final Map<Integer, ToyboxReading> readings = new TreeMap<>();
    private final @Nullable BufferedWriter writer;

    private EvalJournal(@Nullable BufferedWriter writer) {
        this.writer = writer;
    }

    /** A clip's line. */
    record Entry(int clip, String prompt, ToyboxReading reading) {}

    /**
     * Opens a journal, or begins it. A last line that was cut off is dropped.
     *
     * @param file null for none
     * @throws CommandException if it holds clips of other settings
     */
    static EvalJournal open(@Nullable Path file, Object settings) throws IOException {
        if (file == null) {
            return new EvalJournal(null);
        }
        String head = Json.line(settings);
        TreeMap<Integer, ToyboxReading> before = new TreeMap<>();
        StringBuilder kept = new StringBuilder(head).append('\n');
        if (Files.exists(file)) {
            String text = Files.readString(file);
            List<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            if (!lines.isEmpty() && !lines.getFirst().equals(head)) {
                throw new CommandException("--journal = " + file
                        + " (expected: a new file, or one begun with the same settings; this one has "
                        + lines.getFirst() + ")");
            }
            for (String line : lines.stream().skip(1).toList()) {
                Entry entry = Json.read(line, Entry.class);
                before.put(entry.clip(), entry.reading());
                kept.append(line).append('\n');
            }
        } else {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
        }
        Files.writeString(file, kept);
        EvalJournal journal = new EvalJournal(Files.newBufferedWriter(file, StandardOpenOption.APPEND));
        journal.readings.putAll(before);
        return journal;
    }

    /** What was read from a clip before, or null. */
    @Nullable
    ToyboxReading reading(int clip) {
        return readings.get(clip);
    }

    void add(int clip, String prompt, ToyboxReading reading) throws IOException {
        readings.put(clip, reading);
        if (writer != null) {
            writer.write(Json.line(new Entry(clip, prompt, reading)));
            writer.write('\n');
            writer.flush();
        }
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
    }
}
