package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    @TempDir
    Path dir;

    private static final List<String> NAMES = List.of("v.mp4", "v.webm", "v.gif", "frames");

    @ParameterizedTest
    @CsvSource({
        "v.mp4, 64, 96, 17, 8, 34", "v.mp4, 97, 65, 9, 30000/1001, 34", "v.mp4, 320, 192, 5, 24, 38",
        "v.mp4, 16, 16, 3, 7.5, 28", "v.webm, 64, 96, 17, 8, 34", "v.webm, 97, 65, 9, 30000/1001, 34",
        "v.webm, 320, 192, 5, 24, 38", "v.webm, 1, 1, 3, 16, 28", "v.gif, 64, 96, 17, 8, 36",
        "v.gif, 97, 65, 9, 30000/1001, 36", "v.gif, 320, 192, 5, 50, 36", "v.gif, 1, 1, 3, 16, 36",
        "frames, 64, 96, 17, 8, Infinity", "frames, 97, 65, 9, 30000/1001, Infinity", "frames, 1, 1, 3, 50, Infinity",
    })
    void keepsFramesRateSizeAndLook(String name, int width, int height, int frames, String rate, double psnr)
            throws IOException {
        Video clip = Synthetic.clip(width, height, frames, Rational.parse(rate));
        Path out = dir.resolve(name);
        VideoWriter.write(out, clip, VideoSpec.of(clip));
        try (VideoReader in = VideoReader.open(out)) {
            assertThat(in.info().frameRate()).isEqualTo(clip.frameRate());
            assertThat(in.info().width()).isEqualTo(width);
            assertThat(in.info().height()).isEqualTo(height);
            List<VideoFrame> read = in.rest();
            assertThat(read).hasSize(frames);
            assertThat(in.damagedPackets()).isZero();
            for (int i = 0; i < frames; i++) {
                assertThat(read.get(i).index()).isEqualTo(i);
                assertThat(read.get(i).seconds())
                        .isCloseTo(i / clip.frameRate().toDouble(), org.assertj.core.data.Offset.offset(0.0051));
                assertThat(Synthetic.psnr(clip.frames().get(i), read.get(i).image()))
                        .as("PSNR of frame %d", i)
                        .isGreaterThanOrEqualTo(psnr);
            }
        }
        try (var left = Files.list(dir)) {
            assertThat(left).containsExactly(out);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.webm"})
    void keepsColours(String name) throws IOException {
        for (int colour : new int[] {0, 0xFFFFFF, 0x808080, 0xFF0000, 0x00FF00, 0x0000FF, 0x12A4C8, 0xE8B0A0}) {
            Video clip = new Video(List.of(Synthetic.plain(48, 32, colour)), Rational.of(8));
            VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip).with(Quality.BEST));
            Image read = VideoReader.read(dir.resolve(name)).frames().getFirst();
            for (int shift = 0; shift <= 16; shift += 8) {
                assertThat(read.pixel(20, 20) >> shift & 255)
                        .as("%06x bits %d", colour, shift)
                        .isCloseTo(colour >> shift & 255, org.assertj.core.data.Offset.offset(2));
            }
        }
        VideoInfo.Colour colour = VideoReader.probe(dir.resolve(name)).colour();
        assertThat(colour).isEqualTo(new VideoInfo.Colour("bt709", false, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.webm", "v.gif"})
    void whatMovesLeavesNoTrail(String name) throws IOException {
        Video clip = Synthetic.clip(98, 66, 17, Rational.of(8));
        VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip));
        Video read = VideoReader.read(dir.resolve(name));
        double worst = 0;
        for (int t = 0; t < 17; t++) {
            worst = Math.max(
                    worst,
                    Synthetic.worstBlock(clip.frames().get(t), read.frames().get(t)));
        }
        // specks left behind by openh264's background detection measured 16
        assertThat(worst).as("luma error of the worst 4x4 block").isLessThan(11);
    }

    @Test
    void keepsMetadata() throws IOException {
        StringBuilder json = new StringBuilder("{\"prompt\":\"un éléphant 🐘, \\\"quoted\\\"\\n中文\",\"steps\":[");
        while (json.length() < 20_000) {
            json.append(json.length()).append(",\n");
        }
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("kinora", json.append("0]}").toString());
        tags.put("comment", "a red ball; bounces = true \\ #1");
        tags.put("title", " spaces kept ");
        Video clip = Synthetic.clip(32, 32, 2, Rational.of(8));
        for (String name : NAMES) {
            VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip).with(tags));
            assertThat(VideoReader.probe(dir.resolve(name)).metadata()).as(name).containsAllEntriesOf(tags);
        }
        Path still = dir.resolve("still.png");
        Images.write(still, clip.frames().getFirst(), tags);
        assertThat(Images.metadata(still)).isEqualTo(tags);
        assertThat(Images.read(still)).isEqualTo(clip.frames().getFirst());
        assertThat(Images.metadata(dir.resolve("v.gif"))).isEmpty();
    }

    @Test
    void sameFramesGiveTheSameFile() throws IOException {
        Video clip = Synthetic.clip(80, 48, 6, Rational.of(8));
        for (String name : NAMES.subList(0, 3)) {
            Path a = dir.resolve("a_" + name);
            Path b = dir.resolve("b_" + name);
            VideoWriter.write(a, clip, VideoSpec.of(clip));
            VideoWriter.write(b, clip, VideoSpec.of(clip));
            assertThat(Files.mismatch(a, b)).as(name).isEqualTo(-1);
        }
    }

    @Test
    void theIndexOfAnMp4StandsInFront() throws IOException {
        Video clip = Synthetic.clip(32, 32, 4, Rational.of(8));
        VideoWriter.write(dir.resolve("v.mp4"), clip, VideoSpec.of(clip));
        String bytes = Files.readString(dir.resolve("v.mp4"), StandardCharsets.ISO_8859_1);
        assertThat(bytes.indexOf("moov")).isPositive().isLessThan(bytes.indexOf("mdat"));
    }

    @Test
    void aTinyMp4AsksLittleOfItsPlayer() throws IOException {
        Video clip = Synthetic.clip(96, 64, 4, Rational.of(8));
        VideoWriter.write(dir.resolve("v.mp4"), clip, VideoSpec.of(clip));
        byte[] bytes = Files.readAllBytes(dir.resolve("v.mp4"));
        int box = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("avcC");
        assertThat(bytes[box + 5]).as("profile: high").isEqualTo((byte) 100);
        assertThat(bytes[box + 7]).as("level times ten").isLessThanOrEqualTo((byte) 30);
    }

    @Test
    void finerQualityIsNearerAndLarger() throws IOException {
        Video clip = Synthetic.clip(96, 64, 4, Rational.of(8));
        for (String name : List.of("v.mp4", "v.webm")) {
            long lastSize = Long.MAX_VALUE;
            double lastPsnr = Double.POSITIVE_INFINITY;
            for (Quality q : Quality.values()) {
                VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip).with(q));
                long size = Files.size(dir.resolve(name));
                double psnr = Synthetic.psnr(clip, VideoReader.read(dir.resolve(name)));
                assertThat(size).as("%s %s", name, q).isLessThan(lastSize);
                assertThat(psnr).as("%s %s", name, q).isLessThan(lastPsnr);
                lastSize = size;
                lastPsnr = psnr;
            }
        }
    }

    @Test
    void anyNumberOfVideosTakesNoMoreMemory() throws IOException {
        Video clip = Synthetic.clip(64, 48, 4, Rational.of(8));
        long before = 0;
        for (int i = 0; i < 60; i++) {
            String name = NAMES.get(i % 3);
            VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip));
            VideoReader.read(dir.resolve(name));
            if (i == 20) {
                before = Pointer.physicalBytes();
            }
        }
        // an encoder that stayed alive would cost some 2 MB each, 80 MB here
        assertThat(Pointer.physicalBytes() - before).isLessThan(40L << 20);
    }
}
