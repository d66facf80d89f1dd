package dev.kinora.curate.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.Footage;
import dev.kinora.curate.dataset.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken files among good ones: every good one comes out, every file has one row. */
class BrokenFilesTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aFewOfEachKind() throws Exception {
        brokenAmongGood(2, 3);
    }

    @Test
    @Tag("slow")
    void threeHundred() throws Exception {
        brokenAmongGood(50, 50);
    }

    private void brokenAmongGood(int ofEach, int good) throws Exception {
        Path raw = Files.createDirectory(folder.resolve("raw"));
        for (int i = 0; i < good; i++) {
            // Half of them under names that say nothing of a video.
            Path mp4 = Footage.video(folder.resolve("g.mp4"), i, 64, 48, 8 + i % 5);
            Files.move(mp4, raw.resolve("good" + i + (i % 2 == 0 ? ".mp4" : ".txt")));
        }
        byte[] whole = Files.readAllBytes(Footage.video(folder.resolve("whole.mp4"), 999, 64, 48, 24));
        System.out.println("seed 300");
        SplittableRandom random = new SplittableRandom(300);
        for (int i = 0; i < ofEach; i++) {
            write(raw, "truncated" + i, Arrays.copyOf(whole, whole.length - 50 - random.nextInt(whole.length / 3)));
            write(raw, "garbage" + i, random(random, 2000));
            write(raw, "text" + i, ("notes " + i).getBytes(ISO_8859_1));
            Path huge = Footage.video(folder.resolve("huge.mp4"), i, 640, 480, 1 + i % 3);
            Files.move(huge, raw.resolve("huge" + i + ".mp4"));
            write(raw, "sound" + i, wave(random));
            // Files without a byte are all alike, so a file with a number stands for most of them.
            write(raw, "empty" + i, new byte[0]);
        }
        Path out = folder.resolve("dataset");
        new LocalEngine(Runs.PLAN, Runs.limits(2, 60), CurateListener.SILENT).run(List.of(raw), out);

        String files = "FROM read_parquet('" + out.resolve(Manifest.FILES) + "')";
        String kind = "regexp_extract(source, '([a-z]+)[0-9]+\\.[a-z0-9]+$', 1)";
        assertThat(Runs.rows("SELECT " + kind + " AS kind, status, error_class, count(*) " + files
                        + " GROUP BY ALL ORDER BY ALL"))
                .containsExactlyElementsOf(expected(ofEach, good));
        assertThat(Runs.rows("SELECT count(*) " + files + " WHERE " + kind + " = 'good' AND clips = 1"))
                .containsExactly(Integer.toString(good));
        assertThat(Runs.rows("SELECT min(last_good_pts IS NOT NULL AND frames BETWEEN 1 AND 23) " + files
                        + " WHERE status = 'partial'"))
                .containsExactly("true");
    }

    private static List<String> expected(int ofEach, int good) {
        List<String> rows = new java.util.ArrayList<>(List.of(
                "empty error empty 1",
                "garbage error unreadable " + ofEach,
                "good ok  " + good,
                "huge error too_large " + ofEach,
                "sound skipped no_video " + ofEach,
                "text error unreadable " + ofEach,
                "truncated partial truncated " + ofEach));
        if (ofEach > 1) {
            rows.add(1, "empty skipped duplicate " + (ofEach - 1));
        }
        return rows;
    }

    private static void write(Path raw, String name, byte[] bytes) throws IOException {
        Files.write(raw.resolve(name + ".mp4"), bytes);
    }

    private static byte[] random(SplittableRandom random, int n) {
        byte[] bytes = new byte[n];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A second of noise, 8 kHz, 16 bit. */
    private static byte[] wave(SplittableRandom random) {
        byte[] samples = random(random, 16_000);
        return ByteBuffer.allocate(44 + samples.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(ISO_8859_1))
                .putInt(36 + samples.length)
                .put("WAVEfmt ".getBytes(ISO_8859_1))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(8000)
                .putInt(16_000)
                .putShort((short) 2)
                .putShort((short) 16)
                .put("data".getBytes(ISO_8859_1))
                .putInt(samples.length)
                .put(samples)
                .array();
    }
}
