package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.Footage;
import dev.kinora.curate.dataset.Commit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Killed at any moment and begun again, a run ends in the bytes of one that nobody disturbed. */
class KillTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void afewMoments() throws Exception {
        killAt(2, 20261126);
    }

    @Test
    @Tag("slow")
    void fiftyMoments() throws Exception {
        killAt(50, 7);
    }

    private void killAt(int moments, long seed) throws Exception {
        Path raw = Files.createDirectory(folder.resolve("raw"));
        for (int i = 0; i < 4; i++) {
            // Two shots each, of half a second and more.
            int[] shots = {8 + i, 6 + 2 * i};
            Footage.video(raw.resolve("v" + i + ".mp4"), i, 64 + 32 * (i % 2), 48, shots);
        }
        Files.writeString(raw.resolve("broken.mp4"), "no video");
        Path undisturbed = folder.resolve("undisturbed");
        long began = System.nanoTime();
        assertThat(run(raw, undisturbed).waitFor()).as("exit code").isZero();
        long whole = System.nanoTime() - began;
        Map<String, String> expected = Runs.bytes(undisturbed);
        assertThat(expected).containsKeys("manifest.json", "clips.parquet", "files.parquet", "cuts.parquet");
        assertThat(Runs.rows("SELECT count(*) FROM read_parquet('" + undisturbed.resolve("cuts.parquet")
                        + "') WHERE kind = 'cut'"))
                .containsExactly("4");

        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Path disturbed = folder.resolve("disturbed");
        int killed = 0;
        for (int i = 0; i < moments; i++) {
            Process p = run(raw, disturbed);
            if (!p.waitFor(random.nextLong(whole), TimeUnit.NANOSECONDS)) {
                p.destroyForcibly().waitFor();
                killed++;
            } else {
                // It had come to its end: the next is killed from the start on.
                assertThat(Runs.bytes(disturbed)).isEqualTo(expected);
                Commit.delete(disturbed);
            }
        }
        assertThat(killed).as("runs that were killed").isPositive();
        assertThat(run(raw, disturbed).waitFor()).as("exit code").isZero();
        assertThat(Runs.bytes(disturbed)).isEqualTo(expected);
    }

    private Process run(Path raw, Path dataset) throws IOException {
        return Runs.start(folder.resolve("log"), RunMain.class, List.of(raw.toString(), dataset.toString()));
    }
}
