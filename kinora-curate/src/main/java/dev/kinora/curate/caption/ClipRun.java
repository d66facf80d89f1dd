package dev.kinora.curate.caption;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.query.Duck;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import dev.kinora.language.chat.ChatException;
import dev.kinora.language.prompt.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.StringJoiner;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks a question of a dataset's clips and adds the answers to it as a table, in one step when all are there. A run that
 * is stopped or killed keeps the answers it has; the next asks only for what is missing.
 */
public final class ClipRun {
    /** Clips in a row that get no answer, beyond those open at once, after which the endpoint counts as gone. */
    private static final int GONE = 4;

    /** Pixels that pictures are reduced to before a question reduces them to its own size. */
    private static final int LONG_SIDE = 1024;

    private final Dataset home;
    private final Path dataset;
    private final Question question;
    private final CurateListener listener;

    /** A run that asks this of a dataset's clips. */
    public ClipRun(Dataset home, Question question, CurateListener listener) {
        this.home = home;
        dataset = home.folder();
        this.question = question;
        this.listener = listener;
    }

    /**
     * What a run did.
     *
     * @param rows of the table as it stands now, in the order of the clips
     * @param asked clips that were asked about in this run
     * @param outcomes how many rows ended how
     */
    public record Done(List<ObjectNode> rows, int asked, Map<String, Integer> outcomes) {
        public Done {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Asks and commits.
     *
     * @param again whether clips are asked about again whose answer was not of use
     * @param replace whether answers to other questions are thrown away
     */
    public Done run(Clip.Choice choice, boolean again, boolean replace) throws IOException {
        Manifest manifest = Manifest.read(dataset);
        List<Clip> clips = Clip.of(dataset, choice);
        if (clips.isEmpty()) {
            throw new IOException("curate: clips = 0 (expected: at least one that is chosen)");
        }
        ObjectNode plan = question.plan();
        Map<String, ObjectNode> rows = committed(manifest, plan, replace);
        List<ObjectNode> before = List.copyOf(rows.values());
        try (AnswerJournal journal = AnswerJournal.open(home, question.table(), plan, replace)) {
            rows.putAll(journal.answers());
            List<Clip> todo = clips.stream()
                    .filter(c ->
                            isOpen(rows.get(c.id()), again && !journal.answers().containsKey(c.id())))
                    .toList();
            ask(todo, journal);
            rows.putAll(journal.answers());
            List<ObjectNode> table = new ArrayList<>();
            for (Clip clip : Clip.of(dataset, new Clip.Choice(null, true))) {
                ObjectNode row = rows.get(clip.id());
                if (row != null) {
                    table.add(row);
                }
            }
            if (!table.equals(before)) {
                listener.onStage("commit", 0);
                commit(table, plan, journal.aside());
            }
            journal.remove();
            return new Done(table, todo.size(), outcomes(table));
        }
    }

    private boolean isOpen(@Nullable ObjectNode row, boolean again) {
        if (row == null) {
            return true;
        }
        String outcome = row.path(question.outcomeColumn()).asText();
        return outcome.equals(Outcome.UNAVAILABLE.word()) || (again && !outcome.equals(Outcome.OK.word()));
    }

    /** The rows that the dataset has, if they answer the same question. */
    private Map<String, ObjectNode> committed(Manifest manifest, ObjectNode plan, boolean replace) throws IOException {
        Map<String, ObjectNode> rows = new LinkedHashMap<>();
        Optional<Path> facts = SideTable.find(dataset, manifest, question.table(), ".json");
        Optional<Path> lines = SideTable.find(dataset, manifest, question.table(), ".jsonl");
        if (facts.isEmpty() || lines.isEmpty()) {
            return rows;
        }
        if (!AnswerJournal.JSON.readTree(Files.readString(facts.get())).equals(plan)) {
            if (!replace) {
                throw new IOException("curate: dataset = " + home.name() + " (expected: one without " + question.table()
                        + " by other means, which " + facts.get().getFileName()
                        + " names; --replace makes them anew)");
            }
            return rows;
        }
        for (String line : Files.readAllLines(lines.get())) {
            if (AnswerJournal.JSON.readTree(line) instanceof ObjectNode row) {
                rows.put(row.path("id").asText(), row);
            }
        }
        return rows;
    }

    private void ask(List<Clip> todo, AnswerJournal journal) throws IOException {
        listener.onStage(question.table(), todo.size());
        if (todo.isEmpty()) {
            return;
        }
        Queue<Clip> queue = new ConcurrentLinkedQueue<>(todo);
        AtomicInteger done = new AtomicInteger();
        AtomicInteger unanswered = new AtomicInteger();
        int slots = Math.min(question.concurrency(), todo.size());
        try (ExecutorService pool = Executors.newFixedThreadPool(slots)) {
            List<Future<Integer>> workers = new ArrayList<>();
            for (int i = 0; i < slots; i++) {
                workers.add(pool.submit(() -> {
                    int asked = 0;
                    for (Clip clip; (clip = queue.poll()) != null; asked++) {
                        if (listener.stopRequested()) {
                            throw new CancellationException("curate: stopped");
                        }
                        one(clip, journal, unanswered, slots);
                        synchronized (listener) {
                            listener.onStep(done.incrementAndGet());
                        }
                    }
                    return asked;
                }));
            }
            await(workers, queue);
        }
    }

    private void one(Clip clip, AnswerJournal journal, AtomicInteger unanswered, int slots) throws IOException {
        ObjectNode answer;
        try {
            ClipFrames frames =
                    new ClipLook(home, journal.aside()).frames(clip, question.times(clip.seconds()), LONG_SIDE);
            answer = question.ask(frames);
            unanswered.set(0);
        } catch (ClipLook.Unreadable e) {
            answer = question.none(Outcome.UNREADABLE, String.valueOf(e.getMessage()));
        } catch (ChatException e) {
            if (e.endsTheRun() || unanswered.incrementAndGet() >= slots + GONE) {
                throw e;
            }
            answer = question.none(Outcome.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
        ObjectNode row = AnswerJournal.JSON.createObjectNode().put("id", clip.id());
        row.setAll(answer);
        journal.add(row);
    }

    /** Waits for all; the first failure ends the others after the clip they are at. */
    private static void await(List<Future<Integer>> workers, Queue<Clip> queue) throws IOException {
        Throwable first = null;
        for (Future<Integer> worker : workers) {
            try {
                worker.get();
            } catch (ExecutionException e) {
                queue.clear();
                if (first == null) {
                    first = e.getCause();
                }
            } catch (InterruptedException e) {
                queue.clear();
                Thread.currentThread().interrupt();
                throw new CancellationException("curate: interrupted");
            }
        }
        if (first instanceof IOException io) {
            throw io;
        }
        if (first instanceof RuntimeException r) {
            throw r;
        }
        if (first != null) {
            throw new IOException("curate: a thread failed", first);
        }
    }

    private void commit(List<ObjectNode> table, ObjectNode plan, Path aside) throws IOException {
        StringBuilder text = new StringBuilder();
        table.forEach(row -> text.append(row).append('\n'));
        Path facts = aside.resolve("table.json");
        Path lines = aside.resolve("table.jsonl");
        Path parquet = aside.resolve("table.parquet");
        Files.write(facts, (plan.toPrettyString() + "\n").getBytes(UTF_8));
        Files.write(lines, text.toString().getBytes(UTF_8));
        parquet(lines, parquet);
        SideTable.commit(dataset, question.table(), plan + "\n" + text, List.of(parquet, lines, facts));
        home.added(question.table());
    }

    private void parquet(Path lines, Path file) throws IOException {
        StringJoiner types = new StringJoiner(", ", "{id: 'VARCHAR', ", "}");
        question.columns().forEach((name, type) -> types.add(name + ": '" + type + "'"));
        try (Connection db = Duck.open();
                Statement s = db.createStatement()) {
            s.execute("COPY (SELECT * FROM read_json(" + Duck.literal(lines.toString())
                    + ", format = 'newline_delimited', maximum_object_size = 16777216, columns = " + types + ")) TO "
                    + Duck.literal(file.toString()) + " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)");
        } catch (SQLException e) {
            throw new IOException(
                    "curate: table = " + question.table() + " (expected: one that can be written; " + e.getMessage()
                            + ")",
                    e);
        }
    }

    private Map<String, Integer> outcomes(List<ObjectNode> rows) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Outcome outcome : Outcome.values()) {
            int n = (int) rows.stream()
                    .map(r -> r.path(question.outcomeColumn()).asText())
                    .filter(outcome.word()::equals)
                    .count();
            if (n > 0) {
                counts.put(outcome.word(), n);
            }
        }
        return counts;
    }

    /** A list of prompts as a plan names them: with their words. */
    static ArrayNode promptFacts(List<Prompt> prompts) {
        ArrayNode list = AnswerJournal.JSON.createArrayNode();
        for (Prompt p : prompts) {
            list.addObject()
                    .put("id", p.id())
                    .put("version", p.version())
                    .put("sha256", p.sha256())
                    .put("system", p.system())
                    .put("user", p.user());
        }
        return list;
    }
}
