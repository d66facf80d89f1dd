package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReaderTest {
    @TempDir
    Path dir;

    private Path clip(String name, int frames) throws IOException {
        Video clip = Synthetic.clip(48, 32, frames, Rational.of(8));
        VideoWriter.write(dir.resolve(name), clip, VideoSpec.of(clip));
        return dir.resolve(name);
    }

    private Path bytes(String name, byte[] content) throws IOException {
        return Files.write(dir.resolve(name), content);
    }

    @Test
    void refusesWhatIsNoVideo() throws IOException {
        byte[] noise = new byte[50_000];
        long seed = 20_260_101;
        new Random(seed).nextBytes(noise);
        byte[] text = "This is a text, not a video.\n".repeat(200).getBytes(StandardCharsets.UTF_8);
        assertRefused(bytes("noise.mp4", noise), "a whole video");
        assertRefused(bytes("zeros.mp4", new byte[50_000]), "a whole video");
        assertRefused(bytes("empty.mp4", new byte[0]), "a whole video");
        assertRefused(bytes("text.mp4", text), "a whole video");
        assertRefused(bytes("text.txt", text), "a whole video");
        assertRefused(dir.resolve("missing.mp4"), "an existing video file");
        assertRefused(Files.createDirectory(dir.resolve("empty")), "a folder with .png files");
    }

    @Test
    void readsNoOtherFileOnAFilesWord() throws IOException {
        clip("v.mp4", 2);
        assertRefused(
                Files.writeString(
                        dir.resolve("list.m3u8"),
                        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nv.mp4\n#EXT-X-ENDLIST\n"),
                "a list of other files");
        assertRefused(
                Files.writeString(dir.resolve("list.ffconcat"), "ffconcat version 1.0\nfile v.mp4\n"),
                "a list of other files");
    }

    @Test
    void refusesAFileWithoutPictures() throws IOException {
        // One second of silence, 8 bit, mono, 8 kHz.
        ByteBuffer wav = ByteBuffer.allocate(44 + 8000).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 8000);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16).putShort((short) 1);
        wav.putShort((short) 1).putInt(8000).putInt(8000).putShort((short) 1).putShort((short) 8);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(8000);
        assertRefused(bytes("sound.wav", wav.array()), "a file with a video stream; this one has no picture");
    }

    private static void assertRefused(Path file, String expected) {
        assertThatThrownBy(() -> VideoReader.open(file))
                .isInstanceOf(MediaException.class)
                .hasMessageStartingWith("VideoReader.open: ")
                .hasMessageContaining(file.toString())
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v.mp4", "v.webm", "v.gif"})
    void aFileCutShortGivesItsGoodFramesThenSaysSo(String name) throws IOException {
        byte[] whole = Files.readAllBytes(clip(name, 17));
        for (double part : new double[] {0.01, 0.3, 0.6, 0.9, 0.99}) {
            Path cut = bytes("cut_" + name, Arrays.copyOf(whole, (int) (whole.length * part)));
            int good = 0;
            String said = "";
            try (VideoReader in = VideoReader.open(cut)) {
                while (in.next() != null) {
                    good++;
                }
            } catch (MediaException e) {
                said = e.getMessage();
            }
            assertThat(good).isLessThanOrEqualTo(17);
            assertThat(said).as("%s at %s, %d frames", name, part, good).contains("(expected: ");
        }
    }

    @Test
    void limitsHold() throws IOException {
        Path file = clip("v.mp4", 4);
        assertThatThrownBy(() -> VideoReader.open(file, new MediaLimits(48 * 32 - 1, 1 << 20)))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("size = 48x32")
                .hasMessageContaining("1535 pixels");
        try (VideoReader in = VideoReader.open(file)) {
            assertThatThrownBy(() -> FrameSelection.ALL.read(in, new MediaLimits(1 << 20, 3 * 48 * 32 * 3)))
                    .isInstanceOf(MediaException.class)
                    .hasMessageContaining("more than 3 of 48x32");
        }
        try (VideoReader in = VideoReader.open(file)) {
            Video first = FrameSelection.first(3).read(in, new MediaLimits(1 << 20, 3 * 48 * 32 * 3));
            assertThat(first.frames()).hasSize(3);
        }
        Path png = dir.resolve("huge.png");
        Images.write(png, Image.black(4, 4), Map.of());
        byte[] bytes = Files.readAllBytes(png);
        ByteBuffer.wrap(bytes).putInt(16, 60_000).putInt(20, 60_000);
        Files.write(png, bytes);
        assertThatThrownBy(() -> Images.read(png)).isInstanceOf(MediaException.class);
    }

    @Test
    void aClosedReaderSaysSo() throws IOException {
        VideoReader in = VideoReader.open(clip("v.mp4", 2));
        in.close();
        in.close();
        assertThatThrownBy(in::next).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @EnumSource(Orientation.class)
    void standsUpright(Orientation turn) throws IOException {
        Path file = clip("v.mp4", 2);
        Image stored = VideoReader.read(file).frames().getFirst();
        byte[] bytes = Files.readAllBytes(file);
        int box = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("tkhd");
        int[] m = switch (turn) {
            case UPRIGHT -> new int[] {1, 0, 0, 1};
            case FLIP_HORIZONTAL -> new int[] {-1, 0, 0, 1};
            case ROTATE_180 -> new int[] {-1, 0, 0, -1};
            case FLIP_VERTICAL -> new int[] {1, 0, 0, -1};
            case TRANSPOSE -> new int[] {0, 1, 1, 0};
            case ROTATE_90 -> new int[] {0, 1, -1, 0};
            case TRANSVERSE -> new int[] {0, -1, -1, 0};
            case ROTATE_270 -> new int[] {0, -1, 1, 0};
        };
        // the display matrix of a version 0 track header: a b u c d v x y w
        ByteBuffer.wrap(bytes)
                .putInt(box + 44, m[0] << 16)
                .putInt(box + 48, m[1] << 16)
                .putInt(box + 56, m[2] << 16)
                .putInt(box + 60, m[3] << 16);
        Files.write(file, bytes);
        try (VideoReader in = VideoReader.open(file)) {
            assertThat(in.info().orientation()).isEqualTo(turn);
            assertThat(in.info().width()).isEqualTo(turn.swapsAxes() ? 32 : 48);
            VideoFrame first = in.next();
            assertThat(first).isNotNull();
            assertThat(first.image()).isEqualTo(turn.apply(stored));
        }
    }

    @Test
    void quarterTurnsGoTheRightWay() {
        Image row = Image.of(2, 1, new byte[] {10, 0, 0, 20, 0, 0});
        Image clockwise = Orientation.ROTATE_90.apply(row);
        assertThat(clockwise.height()).isEqualTo(2);
        assertThat(clockwise.pixel(0, 0)).isEqualTo(0x0A0000);
        Image column = Image.of(1, 2, new byte[] {10, 0, 0, 20, 0, 0});
        assertThat(Orientation.ROTATE_90.apply(column).pixel(1, 0)).isEqualTo(0x0A0000);
        assertThat(Orientation.ROTATE_270.apply(column).pixel(0, 0)).isEqualTo(0x0A0000);
    }

    @Test
    void unevenTimesAreKept() throws IOException {
        byte[] gif = Files.readAllBytes(clip("v.gif", 4));
        int[] delays = {10, 40, 5, 20}; // hundredths of a second
        int found = 0;
        for (int i = 0; i + 7 < gif.length && found < delays.length; i++) {
            if ((gif[i] & 255) == 0x21 && (gif[i + 1] & 255) == 0xF9 && gif[i + 2] == 4 && gif[i + 7] == 0) {
                gif[i + 4] = (byte) delays[found++];
                gif[i + 5] = 0;
            }
        }
        assertThat(found).isEqualTo(4);
        Path file = bytes("uneven.gif", gif);
        try (VideoReader in = VideoReader.open(file)) {
            assertThat(in.rest().stream().map(VideoFrame::pts)).containsExactly(0L, 10L, 50L, 55L);
        }
        // Shown: frame 0 from 0 s, frame 1 from 0.1 s, frame 2 from 0.5 s, frame 3 from 0.55 s; taken every 0.1 s.
        Video even = VideoReader.read(file, FrameSelection.at(Rational.of(10)));
        List<Image> all = VideoReader.read(file).frames();
        assertThat(even.frames().stream().map(all::indexOf)).containsExactly(0, 1, 1, 1, 2, 2, 3);
    }

    @Test
    void picksFrames() throws IOException {
        for (String name : List.of("v.mp4", "v.webm", "v.gif", "frames")) {
            Path file = clip(name, 9);
            List<Image> all = VideoReader.read(file).frames();
            assertThat(all).hasSize(9);
            assertThat(pick(file, all, FrameSelection.at(Rational.of(8))))
                    .as(name)
                    .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
            assertThat(pick(file, all, FrameSelection.at(Rational.of(4))))
                    .as(name)
                    .containsExactly(0, 2, 4, 6, 8);
            assertThat(pick(file, all, FrameSelection.at(Rational.of(16)).limit(6)))
                    .as(name)
                    .hasSize(6)
                    .isSorted();
            assertThat(pick(file, all, FrameSelection.first(3))).containsExactly(0, 1, 2);
            assertThat(pick(file, all, FrameSelection.ALL.every(4))).containsExactly(0, 4, 8);
            assertThat(pick(file, all, FrameSelection.ALL.from(0.75).limit(2))).containsExactly(6, 7);
            assertThat(pick(
                            file,
                            all,
                            FrameSelection.at(Rational.of(4)).from(0.5).limit(2)))
                    .as(name)
                    .containsExactly(4, 6);
            assertThat(VideoReader.read(file, FrameSelection.ALL.every(4)).frameRate())
                    .isEqualTo(Rational.of(2));
            assertThatThrownBy(() -> VideoReader.read(file, FrameSelection.ALL.from(60)))
                    .isInstanceOf(MediaException.class)
                    .hasMessageContaining("startSeconds = 60");
        }
        assertThatThrownBy(() -> FrameSelection.first(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrameSelection.ALL.every(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FrameSelection.ALL.from(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Integer> pick(Path file, List<Image> all, FrameSelection selection) throws IOException {
        return VideoReader.read(file, selection).frames().stream()
                .map(all::indexOf)
                .toList();
    }

    @Test
    void foldersReadInNaturalOrderAndOneSize() throws IOException {
        Path folder = Files.createDirectory(dir.resolve("shots"));
        for (int i : new int[] {1, 2, 9, 10, 100}) {
            Images.write(folder.resolve("f" + i + ".png"), Synthetic.plain(8, 6, i), Map.of());
        }
        Files.writeString(folder.resolve("notes.txt"), "not a frame");
        Video read = VideoReader.read(folder);
        assertThat(read.frames().stream().map(f -> f.pixel(0, 0))).containsExactly(1, 2, 9, 10, 100);
        assertThat(read.frameRate()).isEqualTo(Rational.of(8));
        Images.write(folder.resolve("f3.png"), Image.black(8, 7), Map.of());
        assertThatThrownBy(() -> VideoReader.read(folder))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("f3.png of 8x7")
                .hasMessageContaining("8x6");
        Files.delete(folder.resolve("f3.png"));
        Files.writeString(folder.resolve("video.json"), "{\"frame_rate\": \"fast\"}");
        assertThatThrownBy(() -> VideoReader.open(folder))
                .isInstanceOf(MediaException.class)
                .hasMessageContaining("video.json");
    }

    @Test
    void damagedPicturesAreRefused() throws IOException {
        Path png = dir.resolve("p.png");
        Images.write(png, Synthetic.frame(64, 64, 0), Map.of());
        byte[] whole = Files.readAllBytes(png);
        Path cut = bytes("cut.png", Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> Images.read(cut))
                .isInstanceOf(MediaException.class)
                .hasMessageStartingWith("Images.read: file = " + cut);
        assertThatThrownBy(() -> Images.read(bytes("text.png", new byte[] {1, 2, 3})))
                .isInstanceOf(MediaException.class);
        assertThatThrownBy(() -> Images.read(dir.resolve("none.png"))).isInstanceOf(MediaException.class);
        byte[] jpeg = Files.readAllBytes(dev.kinora.testkit.Goldens.path("media/files/chroma420.jpg"));
        Path cutJpeg = bytes("cut.jpg", Arrays.copyOf(jpeg, jpeg.length * 3 / 4));
        assertThatThrownBy(() -> Images.read(cutJpeg)).isInstanceOf(MediaException.class);
    }
}
