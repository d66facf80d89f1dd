package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.Footage;
import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.worker.Recipe;
import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoReader;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of several shots: {@code cut.mp4} has two of 16 and 12 frames, {@code dissolve.mp4} two of 20 that share the 8
 * frames in the middle; 8 frames a second.
 */
class ShotsTest {
    private static final int W = 96;
    private static final int H = 64;
    private static final String TRANSNET = "a".repeat(64);

    @TempDir
    private static Path folder = Path.of("");

    private static Path raw = Path.of("");
    private static Path dataset = Path.of("");

    private static Plan plan(String shots, String transnet) {
        return new Plan(
                new Recipe(CutMode.EXACT, 0.5, 20, shots, transnet, List.of(), 1 << 16),
                Form.FOLDER,
                3,
                1 << 20,
                KeepRule.FIRST,
                0);
    }

    @BeforeAll
    static void curate() throws IOException {
        raw = Files.createDirectory(folder.resolve("raw"));
        Footage.video(raw.resolve("cut.mp4"), 1, W, H, new int[] {16, 12});
        dissolve(raw.resolve("dissolve.mp4"));
        dataset = folder.resolve("dataset");
        new LocalEngine(plan(Recipe.CASCADE, ""), Runs.limits(1, 60), CurateListener.SILENT).run(List.of(raw), dataset);
    }

    private static void dissolve(Path file) throws IOException {
        Image a = Footage.texture(21, W, H);
        Image b = Footage.texture(22, W, H);
        try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(W, H, Rational.of(8)))) {
            for (int i = 0; i < 32; i++) {
                double alpha = Math.clamp((i - 11) / 9.0, 0, 1);
                byte[] mixed = new byte[W * H * 3];
                for (int k = 0; k < mixed.length; k++) {
                    mixed[k] = (byte) Math.round((a.rgb()[k] & 255) * (1 - alpha) + (b.rgb()[k] & 255) * alpha);
                }
                out.write(Image.of(W, H, mixed));
            }
            out.finish();
        }
    }

    private static List<String> rows(String columns, String table, String where) throws Exception {
        return Runs.rows("SELECT " + columns + " FROM read_parquet('" + dataset.resolve(table)
                + "') WHERE source LIKE '%" + where + " ORDER BY start_seconds");
    }

    @Test
    void aCutMakesTwoClips() throws Exception {
        assertThat(rows("shot, start_seconds, seconds, frames", Manifest.CLIPS, "cut.mp4'"))
                .containsExactly("0 0.0 2.0 16", "1 2.0 1.5 12");
    }

    @Test
    void theClipsShowTheirOwnShotAlone() throws Exception {
        List<String> paths = rows("path", Manifest.CLIPS, "cut.mp4'");
        Image first = Footage.pan(Footage.texture(1, W + 64, H + 32), W, H, 2, 1, 15);
        Image second = Footage.pan(Footage.texture(1001, W + 48, H + 24), W, H, 2, 1, 0);
        assertThat(distance(last(dataset.resolve(paths.getFirst())), first)).isLessThan(8);
        assertThat(distance(last(dataset.resolve(paths.getFirst())), second)).isGreaterThan(20);
        Image shown =
                VideoReader.read(dataset.resolve(paths.getLast())).frames().getFirst();
        assertThat(distance(shown, second)).isLessThan(8);
        assertThat(distance(shown, first)).isGreaterThan(20);
    }

    private static Image last(Path file) throws IOException {
        return VideoReader.read(file).frames().getLast();
    }

    private static double distance(Image a, Image b) {
        double sum = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            sum += Math.abs((a.rgb()[i] & 255) - (b.rgb()[i] & 255));
        }
        return sum / a.rgb().length;
    }

    @Test
    void aCutIsARowWithItsVotes() throws Exception {
        assertThat(rows(
                        "start_seconds, start_pts = end_pts, vote_content > 27, vote_hash > 0.35, vote_transnetv2",
                        Manifest.CUTS,
                        "cut.mp4' AND kind = 'cut'"))
                .containsExactly("2.0 true true true null");
    }

    @Test
    void framesOfADissolveBelongToNoClip() throws Exception {
        List<String> clips = rows("start_seconds, start_seconds + seconds", Manifest.CLIPS, "dissolve.mp4'");
        List<String> change = rows("start_seconds, end_seconds", Manifest.CUTS, "dissolve.mp4' AND kind = 'gradual'");
        assertThat(clips).hasSize(2);
        assertThat(change).hasSize(1);
        double[] between = {number(clips.getFirst(), 1), number(clips.getLast(), 0)};
        assertThat(between).containsExactly(number(change.getFirst(), 0), number(change.getFirst(), 1));
        // Mixed from frame 12 to 19: 1.5 s to 2.5 s, and a frame may be too faint to tell.
        assertThat(between[0]).isBetween(1.375, 1.75);
        assertThat(between[1]).isBetween(2.25, 2.625);
    }

    private static double number(String row, int at) {
        return Double.parseDouble(row.split(" ", -1)[at]);
    }

    @Test
    void countsAreInTheTableOfFiles() throws Exception {
        assertThat(Runs.rows("SELECT shots, cuts, graduals, clips FROM read_parquet('" + dataset.resolve(Manifest.FILES)
                        + "') ORDER BY source"))
                .containsExactly("2 1 0 2", "2 0 1 2");
    }

    @Test
    void theManifestSaysHowShotsWereFound() throws IOException {
        Manifest manifest = Manifest.read(dataset);
        assertThat(manifest.shots().stage()).isEqualTo("cascade");
        assertThat(manifest.files().stream().map(Manifest.Entry::path)).contains(Manifest.CUTS);
    }

    @Test
    void anotherWayToFindThemIsAnotherDataset() {
        LocalEngine whole = new LocalEngine(plan(Recipe.WHOLE, ""), Runs.limits(1, 60), CurateListener.SILENT);
        assertThatThrownBy(() -> whole.run(List.of(raw), dataset))
                .hasMessageContaining("a finished dataset of other files or options");
    }

    @Test
    void refusesWeightsThatAreNotTheRecipes() throws IOException {
        Path file = Files.writeString(folder.resolve("other.safetensors"), "other");
        LocalEngine engine = new LocalEngine(
                plan(Recipe.CASCADE, TRANSNET),
                Runs.limits(1, 60),
                CurateListener.SILENT,
                java.util.Map.of(Recipe.TRANSNET, file));
        assertThatThrownBy(() -> engine.run(List.of(raw), folder.resolve("refused")))
                .hasMessageContaining("(expected: the file with " + TRANSNET + ")");
        assertThat(folder.resolve("refused")).doesNotExist();
    }

    @Test
    void refusesARecipeThatNamesNoWay() {
        assertThatThrownBy(() -> plan("halves", "")).hasMessage("curate: shots = halves (expected: cascade or whole)");
        assertThatThrownBy(() -> plan(Recipe.WHOLE, TRANSNET))
                .hasMessageContaining("expected: none with shots = whole");
    }
}
