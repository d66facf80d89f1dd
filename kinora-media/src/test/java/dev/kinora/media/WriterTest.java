package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriterTest {
    private static final VideoSpec SPEC = VideoSpec.of(32, 24, Rational.of(8));

    @TempDir
    Path dir;

    private List<String> left() throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.webm", "v.gif", "v.png", "frames"})
    void nothingStaysOfWhatIsNotFinished(String name) throws IOException {
        try (VideoWriter out = VideoWriter.open(dir.resolve(name), SPEC)) {
            out.write(Synthetic.frame(32, 24, 0));
            assertThat(Files.exists(dir.resolve(name))).isFalse();
            assertThatThrownBy(() -> out.write(Synthetic.frame(32, 32, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("VideoWriter.write: frame = Image 32x32 (expected: 32x24 as opened)");
        }
        assertThat(left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.webm", "v.gif", "v.png", "frames"})
    void finishNeedsAFrameAndEndsTheWriter(String name) throws IOException {
        try (VideoWriter out = VideoWriter.open(dir.resolve(name), SPEC)) {
            assertThatThrownBy(out::finish).isInstanceOf(MediaException.class).hasMessageContaining("frames = 0");
        }
        assertThat(left()).isEmpty();
        try (VideoWriter out = VideoWriter.open(dir.resolve(name), SPEC)) {
            out.write(Synthetic.frame(32, 24, 0));
            assertThat(out.finish()).isEqualTo(dir.resolve(name));
            assertThatThrownBy(() -> out.write(Synthetic.frame(32, 24, 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(out::finish).isInstanceOf(IllegalStateException.class);
        }
        assertThat(left()).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.webm", "v.gif", "frames"})
    void theOldStandsUntilTheNewIsWhole(String name) throws IOException {
        Path out = dir.resolve(name);
        Video old = Synthetic.clip(32, 24, 5, Rational.of(8));
        VideoWriter.write(out, old, SPEC);
        try (VideoWriter w = VideoWriter.open(out, SPEC)) {
            w.write(Synthetic.frame(32, 24, 0));
        }
        assertThat(VideoReader.read(out).frames()).hasSize(5);
        VideoWriter.write(out, Synthetic.clip(32, 24, 2, Rational.of(8)), SPEC);
        assertThat(VideoReader.read(out).frames()).hasSize(2);
        assertThat(left()).containsExactly(name);
    }

    @Test
    void aFolderWithOtherFilesIsLeftAlone() throws IOException {
        Path folder = Files.createDirectory(dir.resolve("frames"));
        Files.writeString(folder.resolve("thesis.txt"), "all my work");
        assertThatThrownBy(() -> VideoWriter.open(folder, SPEC))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("only earlier frames");
        assertThatThrownBy(() -> VideoWriter.check(folder, SPEC)).isInstanceOf(MediaException.class);
        assertThat(folder.resolve("thesis.txt")).exists();
        Files.delete(folder.resolve("thesis.txt"));
        VideoWriter.write(folder, Synthetic.clip(32, 24, 2, Rational.of(8)), SPEC);
        assertThat(folder.resolve("frame_00001.png")).exists();
        assertThat(folder.resolve("video.json")).content().contains("\"frame_rate\" : \"8\"");
    }

    @Test
    void refusesWhatNoFormatTakes() {
        assertRefused("v.avi", SPEC, ".mp4, .webm, .gif or .png");
        assertRefused("v.mp4", VideoSpec.of(14, 96, Rational.of(8)), "WebM takes any size");
        assertRefused("v.mp4", VideoSpec.of(8000, 8000, Rational.of(8)), "4096x2304");
        assertRefused("v.gif", VideoSpec.of(64, 64, Rational.of(60)), "at most 50 for GIF");
        assertThatThrownBy(() -> VideoWriter.check(dir.resolve("no/such/v.mp4"), SPEC))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("an existing folder");
        assertThatThrownBy(() -> VideoSpec.of(0, 10, Rational.of(8))).isInstanceOf(IllegalArgumentException.class);
        for (String key : List.of("Title", "a b", "", "encoder", "1st", "a-b", "ключ")) {
            assertThatThrownBy(() -> SPEC.with(Map.of(key, "x")))
                    .as(key)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("metadata key = " + key);
        }
        for (String value : List.of("", "a\0b")) {
            assertThatThrownBy(() -> SPEC.with(Map.of("key", value))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private void assertRefused(String name, VideoSpec spec, String expected) {
        assertThatThrownBy(() -> VideoWriter.open(dir.resolve(name), spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
        assertThatThrownBy(() -> VideoWriter.check(dir.resolve(name), spec))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onePngTakesOneFrame() throws IOException {
        try (VideoWriter out = VideoWriter.open(dir.resolve("v.png"), SPEC)) {
            out.write(Synthetic.frame(32, 24, 0));
            assertThatThrownBy(() -> out.write(Synthetic.frame(32, 24, 1)))
                    .isInstanceOf(MediaException.class)
                    .hasMessageContaining("name a folder");
        }
        assertThat(left()).isEmpty();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "its file systems take no such names")
    void namesWithSpacesColonsAndOtherScripts() throws IOException {
        for (String name : List.of("a b: c%05d.mp4", "пример-视频.webm", "'q'\"?.gif", "кадры 01")) {
            Video clip = Synthetic.clip(32, 24, 2, Rational.of(8));
            VideoWriter.write(dir.resolve(name), clip, SPEC);
            assertThat(VideoReader.read(dir.resolve(name)).frames()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.gif", "frames"})
    void aStoppedProgramLeavesNothing(String name) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Endless.class.getName(),
                        dir.resolve(name).toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream said = child.getInputStream()) {
            assertThat(said.read()).as("the child writes its first frame").isEqualTo('w');
            assertThat(left()).isNotEmpty();
            child.destroy(); // SIGTERM, as Ctrl-C runs the same hooks
            child.waitFor();
        } finally {
            child.destroyForcibly();
        }
        assertThat(left()).isEmpty();
    }

    /** Writes frames until it is stopped. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) throws IOException {
            try (VideoWriter out = VideoWriter.open(Path.of(args[0]), SPEC)) {
                for (int i = 0; ; i++) {
                    out.write(Synthetic.frame(32, 24, i % 10));
                    if (i == 3) {
                        System.out.print("w");
                        System.out.flush();
                    }
                }
            }
        }
    }
}
