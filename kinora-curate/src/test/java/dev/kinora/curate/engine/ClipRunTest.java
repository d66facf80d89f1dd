package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.curate.Footage;
import dev.kinora.curate.caption.CaptionFit;
import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.table.ParquetTable;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.curate.worker.Stages;
import dev.kinora.media.Image;
import dev.kinora.media.VideoReader;
import dev.kinora.models.clip.AestheticHead;
import dev.kinora.models.clip.ClipImageProcessor;
import dev.kinora.models.clip.ClipModel;
import dev.kinora.models.clip.ClipVisionModel;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.text.ClipTokenizer;
import dev.kinora.text.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run with a tiny random CLIP: {@code a.mp4} has one shot, {@code c.mp4} two. */
class ClipRunTest {
    private static final Path HEAD = Goldens.path("clip/aesthetic/mlp.safetensors");

    @TempDir
    private static Path folder = Path.of("");

    private static Path clip = Path.of("");
    private static Path raw = Path.of("");
    private static Path dataset = Path.of("");

    private static Plan plan() throws IOException {
        Recipe recipe = new Recipe(
                CutMode.EXACT,
                0.5,
                20,
                Recipe.WHOLE,
                "",
                List.of(Recipe.CLIP, Recipe.AESTHETIC),
                1 << 16,
                Map.of(Recipe.CLIP, Stages.hash(clip), Recipe.AESTHETIC, Stages.hash(HEAD)));
        return new Plan(recipe, Form.FOLDER, 3, 1 << 20, KeepRule.FIRST, 0, 0.3);
    }

    private static void run(Path out) throws IOException {
        new LocalEngine(
                        plan(),
                        Runs.limits(1, 60),
                        CurateListener.SILENT,
                        Map.of(Recipe.CLIP, clip, Recipe.AESTHETIC, HEAD))
                .run(List.of(raw), out);
    }

    @BeforeAll
    static void curate() throws IOException {
        clip = Files.createDirectory(folder.resolve("clip"));
        copy(Goldens.path("clip/both"), clip);
        copy(Goldens.path("text/clip/files"), clip);
        raw = Files.createDirectory(folder.resolve("raw"));
        Footage.video(raw.resolve("a.mp4"), 1, 96, 64, new int[] {20});
        Footage.video(raw.resolve("c.mp4"), 7, 96, 64, new int[] {9, 9});
        dataset = folder.resolve("dataset");
        run(dataset);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    @Test
    void theEmbeddingIsTheMeanOfOneOfEverySecond() throws Exception {
        List<Image> frames = VideoReader.read(raw.resolve("a.mp4")).frames();
        List<Image> seconds = List.of(frames.get(0), frames.get(8), frames.get(16));
        List<float[]> expected = new ArrayList<>();
        try (TensorScope scope = TensorScope.open("test");
                ClipVisionModel model = ClipVisionModel.load(clip, DType.FP32)) {
            Grad.off(() -> {
                ClipImageProcessor p = ClipImageProcessor.of(30);
                for (Image i : seconds) {
                    expected.add(ClipModel.unit(model.embeds(p.process(List.of(i))))
                            .contiguous()
                            .toFloats());
                }
                return 0;
            });
        }
        List<String> stored =
                Runs.rows("SELECT unnest(e.clip) FROM read_parquet('" + dataset.resolve(Manifest.EMBEDDINGS)
                        + "') e JOIN read_parquet('" + dataset.resolve(Manifest.CLIPS)
                        + "') c USING (id) WHERE ends_with(c.source, 'a.mp4')");
        assertThat(stored).hasSize(20);
        for (int i = 0; i < 20; i++) {
            double mean = (expected.get(0)[i] + expected.get(1)[i] + expected.get(2)[i]) / 3.0;
            assertThat(Double.parseDouble(stored.get(i))).isCloseTo(mean, within(2e-3));
        }
        double score = AestheticHead.load(HEAD).score(expected.getFirst());
        String row = Runs.rows(
                        "SELECT aesthetic_min, aesthetic_mean, clip_adjacent, clip_adjacent_min FROM read_parquet('"
                                + dataset.resolve(Manifest.CLIPS) + "') WHERE ends_with(source, 'a.mp4')")
                .getFirst();
        double[] values = Arrays.stream(row.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(values[0]).isLessThanOrEqualTo(values[1]);
        assertThat(values[0]).isLessThanOrEqualTo(score + 2e-2);
        assertThat(values[3]).isLessThanOrEqualTo(values[2]);
        assertThat(values[2]).isBetween(-1.0, 1.0);
    }

    @Test
    void theMethodsNameTheModels() throws Exception {
        Manifest manifest = Manifest.read(dataset);
        assertThat(manifest.stages().stream()
                        .map(s -> s.method().id() + " " + s.method().model()))
                .containsExactly("clip/1 " + Stages.hash(clip), "aesthetic/1 " + Stages.hash(HEAD));
        assertThat(manifest.files().stream().map(Manifest.Entry::path)).contains(Manifest.EMBEDDINGS);
    }

    @Test
    void clipsOfNearEmbeddingsAreDuplicates() throws Exception {
        assertThat(Runs.rows("SELECT d.duplicate_by, o.id = d.duplicate_of, d.phash = o.phash FROM read_parquet('"
                        + dataset.resolve(Manifest.CLIPS) + "') d JOIN read_parquet('" + dataset.resolve(Manifest.CLIPS)
                        + "') o ON ends_with(o.source, 'a.mp4') AND ends_with(d.source, 'c.mp4')"))
                .containsExactly("embedding true false");
    }

    @Test
    void anotherRunGivesTheSameBytes() throws IOException {
        Path again = folder.resolve("again");
        run(again);
        assertThat(Runs.bytes(again)).isEqualTo(Runs.bytes(dataset));
    }

    @Test
    void captionsAreScoredByTheClipsOwnEmbedding() throws Exception {
        Path copy = folder.resolve("captioned");
        Files.createDirectories(copy);
        for (String name : List.of(Manifest.NAME, Manifest.CLIPS, Manifest.EMBEDDINGS)) {
            Files.copy(dataset.resolve(name), copy.resolve(name));
        }
        List<String> ids =
                Runs.rows("SELECT id FROM read_parquet('" + copy.resolve(Manifest.CLIPS) + "') ORDER BY source");
        String longer = "a red ball bounces on a green meadow while the blue boat drifts along the river";
        Path lines = Files.writeString(
                folder.resolve("captions.jsonl"),
                "{\"id\": \"%s\", \"caption\": \"a red ball\"}\n{\"id\": \"%s\", \"caption\": \"%s\"}\n"
                        .formatted(ids.get(0), ids.get(1), longer));
        Path table = copy.resolve(".captions.parquet");
        ParquetTable.ofJsonLines(lines, "id, caption", table);
        SideTable.commit(copy, "captions", "captions", List.of(table));
        CaptionFit.Result result = CaptionFit.run(Dataset.of(copy), clip, n -> {});
        assertThat(result.clips()).isEqualTo(2);
        assertThat(result.cut()).isEqualTo(1);
        Path fit = SideTable.find(copy, Manifest.read(copy), CaptionFit.TABLE, ".parquet")
                .orElseThrow();
        List<String> rows = Runs.rows(
                "SELECT caption_similarity, caption_cut FROM read_parquet('" + fit + "') ORDER BY caption_cut");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(1)).endsWith(" true");
        assertThat(Double.parseDouble(rows.getFirst().split(" ", -1)[0]))
                .isCloseTo(cosine(ids.getFirst()), within(1e-5));
        assertThatThrownBy(() -> CaptionFit.run(Dataset.of(copy), Goldens.path("clip/both_gelu"), n -> {}))
                .hasMessageContaining("score-captions: model = ");
    }

    /** Of "a red ball" with the stored embedding. */
    private static double cosine(String id) throws Exception {
        List<String> stored = Runs.rows("SELECT unnest(clip) FROM (SELECT * FROM read_parquet('"
                + dataset.resolve(Manifest.EMBEDDINGS) + "') WHERE id = '" + id + "')");
        try (TensorScope scope = TensorScope.open("test");
                ClipTokenizer tokenizer = ClipTokenizer.load(clip);
                ClipModel model = ClipModel.load(clip, DType.FP32)) {
            Tokens tokens = tokenizer.encode("a red ball");
            float[] text =
                    Grad.off(() -> ClipModel.unit(model.textEmbeds(Tensors.of(tokens.ids(), 1, tokens.length()), null))
                            .contiguous()
                            .toFloats());
            double sum = 0;
            for (int i = 0; i < text.length; i++) {
                sum += text[i] * Double.parseDouble(stored.get(i));
            }
            return sum;
        }
    }

    @Test
    void refusesAHeadOfAnotherWidth() throws IOException {
        Path other = Goldens.path("clip/vision");
        Recipe recipe = new Recipe(
                CutMode.EXACT,
                0.5,
                20,
                Recipe.WHOLE,
                "",
                List.of(Recipe.CLIP, Recipe.AESTHETIC),
                1 << 16,
                Map.of(Recipe.CLIP, Stages.hash(other), Recipe.AESTHETIC, Stages.hash(HEAD)));
        assertThatThrownBy(() -> Stages.requireModels(recipe, Map.of(Recipe.CLIP, other, Recipe.AESTHETIC, HEAD)))
                .hasMessageContaining("aesthetic: width = 20 (expected: 24");
    }
}
