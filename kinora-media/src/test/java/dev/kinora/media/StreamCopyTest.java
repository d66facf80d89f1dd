package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is cut out without decoding decodes to the very frames it was cut from. */
class StreamCopyTest {
    @TempDir
    private Path folder = Path.of("");

    private static PacketIndex index(String packets) {
        PacketIndex index = new PacketIndex();
        for (String p : packets.split(" ", -1)) {
            boolean key = p.startsWith("K");
            index.add(Long.parseLong(key ? p.substring(1) : p), 10, key, true);
        }
        return index;
    }

    private static String stretch(String packets, long from, long to) {
        return index(packets)
                .stretch(from, to)
                .map(s -> s.first() + "-" + s.last() + " " + s.startPts() + ".." + s.endPts() + " " + s.frames())
                .orElse("none");
    }

    @Test
    void beginsAtTheFirstKeyFrame() {
        assertThat(stretch("K0 1 2 K3 4 5", 1, 6)).isEqualTo("3-5 3..9223372036854775807 3");
    }

    @Test
    void hasNoneWithoutAKeyFrame() {
        assertThat(stretch("K0 1 2 K3 4 5", 1, 3)).isEqualTo("none");
    }

    @Test
    void leavesOutWhatIsShownBeforeItsKeyFrame() {
        // 4 and 5 are shown before the key frame 6 and refer to 3.
        assertThat(stretch("K0 3 1 2 K6 4 5 9 7 8", 4, 20)).isEqualTo("4-9 6..9223372036854775807 4");
    }

    @Test
    void endsBeforeAPictureThatItWouldNeedFromOutside() {
        // 4 and 5 refer to 6, which is past the end: nothing after 3 can be shown.
        assertThat(stretch("K0 3 1 2 6 4 5", 0, 6)).isEqualTo("0-3 0..4 4");
    }

    private record Shown(List<Image> images, List<Double> seconds) {}

    private static Shown frames(Path file, long from, long to) throws MediaException {
        List<Image> images = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        try (VideoReader in = VideoReader.open(file)) {
            for (VideoFrame f; (f = in.next()) != null; ) {
                if (f.pts() >= from && f.pts() < to) {
                    images.add(f.image());
                    seconds.add(f.seconds());
                }
            }
        }
        double start = seconds.getFirst();
        return new Shown(images, seconds.stream().map(s -> s - start).toList());
    }

    private void assertCopied(Path file, long from, long to) throws IOException {
        PacketIndex.Stretch stretch;
        try (VideoReader in = VideoReader.open(file)) {
            in.rest();
            stretch = in.packets().stretch(from, to).orElseThrow();
        }
        Path out = folder.resolve("cut.mp4");
        StreamCopy.write(file, List.of(new StreamCopy.Cut(stretch, out)));
        Shown expected = frames(file, stretch.startPts(), stretch.endPts());
        Shown got = frames(out, Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(got.images).hasSize(stretch.frames()).isEqualTo(expected.images);
        for (int i = 0; i < got.seconds.size(); i++) {
            assertThat(got.seconds.get(i))
                    .isCloseTo(expected.seconds.get(i), org.assertj.core.data.Offset.offset(2e-3));
        }
    }

    @Test
    void aStretchOfOurOwnFile() throws IOException {
        Path file = folder.resolve("whole.mp4");
        List<Image> frames = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            byte[] rgb = new byte[64 * 48 * 3];
            java.util.Arrays.fill(rgb, (byte) (20 * i));
            frames.add(Image.of(64, 48, rgb));
        }
        Video video = new Video(frames, Rational.of(8));
        VideoWriter.write(file, video, VideoSpec.of(video));
        Rational tick = VideoReader.probe(file).timeBase();
        long step = Math.round(1 / (8 * tick.toDouble()));
        assertCopied(file, 3 * step, 7 * step);
    }

    @ParameterizedTest
    @CsvSource({
        "exo_timestamps_360p.mp4, 0, 300000",
        "mp4p_count.mp4, 0, 100000",
        "torchcodec_h265_10b.mp4, 0, 10000",
    })
    void stretchesOfForeignFiles(String name, long from, long to) throws IOException {
        Optional<Path> file = Goldens.asset("video/" + name);
        assumeTrue(file.isPresent(), "SKIPPED: ../shared/assets/video/" + name + " is not on this machine");
        assertCopied(file.orElseThrow(), from, to);
    }

    @Test
    void theSameStretchGivesTheSameBytes() throws IOException {
        Path file = folder.resolve("whole.mp4");
        Video video = new Video(List.of(Image.black(64, 48), Image.black(64, 48), Image.black(64, 48)), Rational.of(8));
        VideoWriter.write(file, video, VideoSpec.of(video));
        PacketIndex.Stretch stretch;
        try (VideoReader in = VideoReader.open(file)) {
            in.rest();
            stretch = in.packets().stretch(0, Long.MAX_VALUE).orElseThrow();
        }
        for (String name : List.of("a.mp4", "b.mp4")) {
            StreamCopy.write(file, List.of(new StreamCopy.Cut(stretch, folder.resolve(name))));
        }
        assertThat(Files.readAllBytes(folder.resolve("a.mp4"))).isEqualTo(Files.readAllBytes(folder.resolve("b.mp4")));
    }
}
