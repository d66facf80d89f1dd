package dev.kinora.curate.caption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.curate.Footage;
import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.LocalEngine;
import dev.kinora.curate.engine.WorkerLimits;
import dev.kinora.curate.query.Duck;
import dev.kinora.curate.query.Selection;
import dev.kinora.curate.query.Threshold;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.language.caption.CaptionDraw;
import dev.kinora.language.caption.CaptionRecipe;
import dev.kinora.language.caption.ChatCaptioner;
import dev.kinora.language.caption.Sampling;
import dev.kinora.language.chat.ChatClient;
import dev.kinora.language.chat.ChatException;
import dev.kinora.language.chat.ChatSettings;
import dev.kinora.language.http.RetryPolicy;
import dev.kinora.language.judge.ChatJudge;
import dev.kinora.testkit.ChatServer;
import dev.kinora.testkit.ChatServer.Question;
import dev.kinora.testkit.ChatServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CaptionQuestionTest {
    private static final Sampling SMALL = new Sampling(2, 0.6, 2, 64);

    @TempDir
    private static Path made = Path.of("");

    @TempDir
    private Path folder = Path.of("");

    private Path dataset = Path.of("");

    /** Four clips, two a shard. */
    @BeforeAll
    static void curate() throws IOException {
        Path raw = Files.createDirectory(made.resolve("raw"));
        for (int i = 0; i < 4; i++) {
            Footage.video(raw.resolve("v" + i + ".mp4"), i, 64, 48, 9);
        }
        Plan plan = new Plan(
                new Recipe(CutMode.COPY, 0.5, 20, Recipe.WHOLE, "", List.of("picture"), 1 << 16),
                Form.WEBDATASET,
                2,
                1 << 20,
                KeepRule.FIRST,
                0);
        new LocalEngine(plan, new WorkerLimits(1, 128, 2048, 60, 600), CurateListener.SILENT)
                .run(List.of(raw), made.resolve("dataset"));
    }

    @BeforeEach
    void copyDataset() throws IOException {
        dataset = folder.resolve("dataset");
        try (Stream<Path> all = Files.walk(made.resolve("dataset"))) {
            for (Path p : all.toList()) {
                Files.copy(
                        p, dataset.resolve(made.resolve("dataset").relativize(p).toString()));
            }
        }
    }

    private static Reply answer(Question q) {
        String seen = Hashes.ofText(q.body()).substring(0, 6); // another picture, another caption
        return Reply.text("The video shows a texture " + seen + " that moves.");
    }

    private CaptionQuestion.Result run(
            Function<Question, Reply> answers, CaptionRecipe recipe, boolean again, boolean replace)
            throws IOException {
        try (ChatServer server = ChatServer.start(answers)) {
            return run(server, recipe, 2, again, replace);
        }
    }

    private CaptionQuestion.Result run(
            ChatServer server, CaptionRecipe recipe, int concurrency, boolean again, boolean replace)
            throws IOException {
        RetryPolicy hasty = new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofSeconds(1));
        ChatClient client = new ChatClient(
                ChatSettings.of(server.url(), "eyes").concurrency(concurrency).patience(Duration.ofSeconds(30), hasty));
        try (ChatCaptioner captioner = new ChatCaptioner(client, client, recipe, SMALL)) {
            CaptionQuestion question = new CaptionQuestion(captioner, recipe.draw());
            return question.result(new ClipRun(Dataset.of(dataset), question, CurateListener.SILENT)
                    .run(Clip.Choice.ALL, again, replace));
        }
    }

    private List<List<String>> rows(String table, String sql) throws IOException {
        Path file = SideTable.find(dataset, Manifest.read(dataset), table, ".parquet")
                .orElseThrow(() -> new AssertionError("no " + table));
        List<List<String>> rows = new ArrayList<>();
        try (Connection db = Duck.open();
                Statement s = db.createStatement();
                ResultSet r = s.executeQuery(sql.replace("$", "read_parquet(" + Duck.literal(file.toString()) + ")"))) {
            while (r.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(r.getObject(i)));
                }
                rows.add(row);
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
        return rows;
    }

    private Map<String, String> bytes() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(dataset)) {
            for (Path p : walk.filter(Files::isRegularFile).toList()) {
                all.put(dataset.relativize(p).toString(), Hashes.ofFile(p));
            }
        }
        return all;
    }

    @Test
    void theTableIsNamedByTheManifestAndHoldsAllOfIt() throws IOException {
        CaptionQuestion.Result result = run(CaptionQuestionTest::answer, CaptionRecipe.BOTH, false, false);
        assertThat(result.outcomes()).isEqualTo(Map.of("ok", 4));
        assertThat(result.lengths())
                .hasEntrySatisfying("caption", h -> assertThat(h.captions()).isEqualTo(4));
        for (Manifest.Entry e : Manifest.read(dataset).files()) {
            assertThat(Hashes.ofFile(dataset.resolve(e.path()))).as(e.path()).isEqualTo(e.sha256());
        }
        List<List<String>> rows = rows(
                "captions",
                "SELECT id, caption, caption_kind, caption_image, caption_video, caption_summary, caption_dense,"
                        + " len(caption_frames), caption_frames[1].caption, caption_prompts[1], caption_model,"
                        + " caption_prompt_tokens, caption_words FROM $");
        assertThat(rows).hasSize(4);
        for (List<String> row : rows) {
            String drawn = CaptionDraw.SVD.kind(row.get(0)).word();
            assertThat(row.get(2)).isEqualTo(drawn);
            assertThat(row.get(1))
                    .startsWith("A texture")
                    .isEqualTo(row.get(3 + List.of("image", "video", "summary").indexOf(drawn)));
            assertThat(row.get(7)).isEqualTo("2");
            assertThat(row.get(8)).startsWith("A texture");
            assertThat(row.get(9)).matches("caption-image/1 [0-9a-f]{64}");
            assertThat(row.subList(10, 13)).containsExactly("eyes", "60", "5");
        }
        assertThat(dataset.resolve(".captions")).doesNotExist();
        try (Selection clips = new Selection(
                dataset.resolve(Manifest.CLIPS),
                List.of(SideTable.find(dataset, Manifest.read(dataset), "captions", ".parquet")
                        .orElseThrow()))) {
            Selection.Query query = new Selection.Query(List.of(Threshold.parse("caption_words >= 6")), 0, true, false);
            assertThat(clips.ids(query)).isEmpty();
        }
    }

    @Test
    void stoppedAtAnyMomentTheNextRunAsksForTheRestAndEndsInTheSameBytes() throws IOException {
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        try (ChatServer server = ChatServer.start(
                q -> left.getAndDecrement() > 0 ? answer(q) : Reply.error(401, "invalid_api_key", "gone"))) {
            run(server, CaptionRecipe.SVD, 1, false, false);
            Map<String, String> undisturbed = bytes();
            int whole = server.questions().size();
            assertThat(whole).isEqualTo(12);
            for (int stop = 0; stop < 12; stop += 5) {
                Commit.delete(dataset);
                copyDataset();
                left.set(stop);
                assertThatThrownBy(() -> run(server, CaptionRecipe.SVD, 1, false, false))
                        .isInstanceOf(ChatException.class);
                // a line that was half written when the power went
                Files.writeString(
                        dataset.resolve(".captions/answers.jsonl"), "{\"id\":\"torn", StandardOpenOption.APPEND);
                int before = server.questions().size();
                left.set(Integer.MAX_VALUE);
                CaptionQuestion.Result rest = run(server, CaptionRecipe.SVD, 1, false, false);
                assertThat(rest.asked()).isEqualTo(4 - stop / 3);
                assertThat(server.questions()).hasSize(before + 3 * rest.asked());
                assertThat(bytes()).isEqualTo(undisturbed);
            }
            int before = server.questions().size();
            assertThat(run(server, CaptionRecipe.SVD, 1, false, false).asked()).isZero();
            assertThat(server.questions()).hasSize(before);
            assertThat(bytes()).isEqualTo(undisturbed);
            // other means are refused, then taken, and what they replace goes
            assertThatThrownBy(() -> run(server, CaptionRecipe.DIRECT, 1, false, false))
                    .hasMessageContaining("--replace");
            run(server, CaptionRecipe.DIRECT, 1, false, true);
            assertThat(bytes().keySet().stream().filter(f -> f.startsWith("captions-")))
                    .hasSize(3);
        }
    }

    @Test
    void oneOutcomeAClipWhateverComes() throws IOException {
        Clip broken = Clip.of(dataset, Clip.Choice.ALL).getFirst();
        Path shard = dataset.resolve(broken.path());
        byte[] tar = Files.readAllBytes(shard);
        tar[(int) broken.offset() + 100] ^= 1;
        Files.write(shard, tar);
        AtomicInteger n = new AtomicInteger();
        AtomicInteger mood = new AtomicInteger();
        try (ChatServer server = ChatServer.start(q -> mood.get() == 1
                ? answer(q)
                : switch (n.getAndIncrement()) {
                    case 0 -> Reply.text("I'm sorry, I can't.");
                    case 1 -> Reply.json(200, "<html>");
                    default -> Reply.json(503, "busy");
                })) {
            CaptionQuestion.Result first = run(server, CaptionRecipe.DIRECT, 1, false, false);
            assertThat(first.outcomes())
                    .isEqualTo(Map.of("unreadable", 1, "refused", 1, "malformed", 1, "unavailable", 1));
            assertThat(rows("captions", "SELECT caption FROM $ WHERE caption IS NOT NULL"))
                    .isEmpty();
            mood.set(1);
            // what was unavailable is asked again, the others only when wanted
            assertThat(run(server, CaptionRecipe.DIRECT, 1, false, false).outcomes())
                    .isEqualTo(Map.of("unreadable", 1, "refused", 1, "malformed", 1, "ok", 1));
            assertThat(run(server, CaptionRecipe.DIRECT, 1, true, false).outcomes())
                    .isEqualTo(Map.of("unreadable", 1, "ok", 3));
        }
    }

    @Test
    void anEndpointThatIsGoneEndsTheRun() {
        assertThatThrownBy(() -> {
                    try (ChatServer server = ChatServer.start(q -> Reply.json(404, "no"))) {
                        run(server, CaptionRecipe.SVD, 4, false, false);
                    }
                })
                .hasMessageContaining("status = 404");
        assertThat(dataset.resolve(Manifest.NAME)).exists();
    }

    @Test
    void aJudgesAnswersAreColumnsToFilterBy() throws IOException {
        AtomicInteger n = new AtomicInteger();
        try (ChatServer server = ChatServer.start(q -> {
                    int i = n.getAndIncrement();
                    return Reply.text(
                            i == 3
                                    ? "no idea"
                                    : "{\"edited\":\"no\",\"incoherent\":\"unsure\",\"low_quality\":\""
                                            + (i == 0 ? "yes" : "no")
                                            + "\",\"lecture\":\"no\",\"text\":\"no\",\"screen\":\"no\"}");
                });
                ChatJudge judge = new ChatJudge(new ChatClient(ChatSettings.of(server.url(), "eyes")), SMALL)) {
            JudgeQuestion question = new JudgeQuestion(judge);
            JudgeQuestion.Result result =
                    question.result(new ClipRun(Dataset.of(dataset), question, CurateListener.SILENT)
                            .run(Clip.Choice.ALL, false, false));
            assertThat(result.outcomes()).isEqualTo(Map.of("ok", 3, "malformed", 1));
            assertThat(result.tags().get("judge_low_quality")).isEqualTo(new JudgeQuestion.Count(1, 2, 1));
            assertThat(result.tags().get("judge_incoherent")).isEqualTo(new JudgeQuestion.Count(0, 0, 4));
            Path table = SideTable.find(dataset, Manifest.read(dataset), "judge", ".parquet")
                    .orElseThrow();
            try (Selection clips = new Selection(dataset.resolve(Manifest.CLIPS), List.of(table))) {
                List<Threshold> keep = List.of(Threshold.parse("judge_low_quality < 0.5"));
                assertThat(clips.ids(new Selection.Query(keep, 0, true, false))).hasSize(3);
                assertThat(clips.ids(new Selection.Query(keep, 0, false, false)))
                        .hasSize(2);
            }
            assertThat(rows("judge", "SELECT judge_model, judge_prompt[:8] FROM $")
                            .getFirst())
                    .containsExactly("eyes", "judge/1 ");
        }
    }

    @Test
    void pairsForAStudentAskWhatTheChainAsked() throws IOException {
        List<Question> asked;
        try (ChatServer server = ChatServer.start(CaptionQuestionTest::answer)) {
            run(server, CaptionRecipe.DENSE, 1, false, false);
            asked = server.questions();
        }
        Path out = folder.resolve("pairs.jsonl");
        assertThat(TrainingPairs.write(Dataset.of(dataset), TrainingPairs.Form.TEXT, SMALL, out))
                .isEqualTo(4);
        for (String line : Files.readAllLines(out)) {
            JsonNode messages = AnswerJournal.JSON.readTree(line).path("messages");
            assertThat(messages).hasSize(3);
            String question = messages.get(1).toString();
            assertThat(asked).anyMatch(q -> q.body().contains(question));
            assertThat(messages.get(2).path("content").asText()).startsWith("A texture");
        }
        Path seen = folder.resolve("seen.jsonl");
        assertThat(TrainingPairs.write(Dataset.of(dataset), TrainingPairs.Form.FRAMES, SMALL, seen))
                .isEqualTo(4);
        assertThat(Files.readAllLines(seen).getFirst().split("data:image/jpeg", -1))
                .hasSize(3);
    }

    @Test
    void shardsForOtherReadersHoldTheDrawnCaption() throws IOException {
        run(CaptionQuestionTest::answer, CaptionRecipe.SVD, false, false);
        Path out = folder.resolve("captioned");
        assertThat(CaptionedShards.write(dataset, out)).isEqualTo(4);
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> tars = Files.list(out)) {
            for (Path p : tars.toList()) {
                try (TarFile tar = new TarFile(p)) {
                    for (TarArchiveEntry e : tar.getEntries()) {
                        if (e.getName().endsWith(".txt")) {
                            texts.put(
                                    e.getName().substring(0, 32),
                                    new String(tar.getInputStream(e).readAllBytes(), UTF_8));
                        }
                    }
                }
            }
        }
        rows("captions", "SELECT id, caption FROM $")
                .forEach(row -> assertThat(texts.get(row.get(0))).isEqualTo(row.get(1)));
        assertThatThrownBy(() -> CaptionedShards.write(dataset, out)).hasMessageContaining("does not exist");
    }
}
