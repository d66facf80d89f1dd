package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that nobody made for us: odd containers and codecs, uneven frame rates, sound that is broken. */
class RealVideosTest {
    private static Path asset(String name) {
        Optional<Path> file = Goldens.asset("video/" + name);
        assumeTrue(file.isPresent(), "SKIPPED: ../shared/assets/video/" + name + " is not on this machine");
        return file.orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "exo_avi_sample.avi, mpeg4, yuv420p, 960, 400, 24000/1001, 96",
        "jcodec_test1_short.mkv, msmpeg4v2, yuv420p, 854, 480, 24, 100",
        "jcodec_cat.mp4, h264, yuv420p, 144, 80, 1000/33, 180",
        "torchcodec_av1.mkv, av1, yuv420p, 640, 360, 25, 125",
        "torchcodec_h265_10b.mp4, hevc, yuv420p10le, 200, 200, 30, 30",
        "imageio_newtonscradle.gif, gif, bgra, 200, 150, 50, 36",
        "intel_classroom.gif, gif, bgra, 480, 270, 50/3, 45",
        "moviepy_failing_audio.mp4, h264, yuv420p, 640, 360, 25, 280",
        "mp4p_count.mp4, h264, yuv420p, 640, 480, 35000/3513, 245",
        "mp4p_bbb_100k.mp4, h264, yuv420p, 180, 102, 16, 161",
        "cogvideo_horse.mp4, h264, yuv420p, 720, 480, 8, 49",
    })
    void readsToTheEnd(String name, String codec, String pixels, int width, int height, String rate, int frames)
            throws IOException {
        try (VideoReader in = VideoReader.open(asset(name))) {
            VideoInfo info = in.info();
            assertThat(List.of(info.codec(), info.pixelFormat())).containsExactly(codec, pixels);
            assertThat(info.width()).isEqualTo(width);
            assertThat(info.height()).isEqualTo(height);
            assertThat(info.frameRate()).hasToString(rate);
            int count = 0;
            double last = -1;
            for (VideoFrame f; (f = in.next()) != null; count++) {
                assertThat(f.seconds()).as("time of frame %d", count).isGreaterThan(last);
                assertThat(f.image().width()).isEqualTo(width);
                last = f.seconds();
            }
            assertThat(count).isEqualTo(frames);
            assertThat(in.damagedPackets()).isZero();
        }
    }

    @Test
    void anUnevenRateShowsInTheTimes() throws IOException {
        List<Double> gaps = new ArrayList<>();
        try (VideoReader in = VideoReader.open(asset("mp4p_count.mp4"))) {
            double last = 0;
            for (VideoFrame f; (f = in.next()) != null; last = f.seconds()) {
                gaps.add(f.seconds() - last);
            }
        }
        assertThat(gaps.stream().skip(1).min(Double::compare).orElseThrow()).isCloseTo(0.070, Offset.offset(1e-9));
        assertThat(gaps.stream().max(Double::compare).orElseThrow()).isCloseTo(0.248, Offset.offset(1e-9));
        Video even = VideoReader.read(asset("mp4p_count.mp4"), FrameSelection.at(Rational.of(8)));
        assertThat(even.frames().size() / 8.0).isCloseTo(24.457, Offset.offset(0.2));
    }

    @Test
    void fullRangeAndTenBitBarsAreTrueColours() throws IOException {
        // Colour bars: red, green, yellow, blue, magenta, cyan; the full range file has its own soft primaries.
        Image tenBit = first("torchcodec_h265_10b.mp4");
        int[] at = {2, 4, 6, 11, 14};
        int[] bars = {0xFF0000, 0x00FF00, 0xFFFF00, 0xFF00FF, 0x00FFFF};
        for (int i = 0; i < at.length; i++) {
            int pixel = tenBit.pixel(200 * (2 * at[i] + 1) / 32, 66);
            for (int shift = 0; shift <= 16; shift += 8) {
                assertThat(pixel >> shift & 255)
                        .as("bar %d: %06x", i, pixel)
                        .isCloseTo(bars[i] >> shift & 255, Offset.offset(5));
            }
        }
        VideoInfo full = VideoReader.probe(asset("torchcodec_bt709.mp4"));
        assertThat(full.colour()).isEqualTo(new VideoInfo.Colour("bt709", true, false));
        assertThat(VideoReader.probe(asset("sam2_bedroom.mp4")).colour().matrix())
                .isEqualTo("bt470bg");
        assertThat(VideoReader.probe(asset("cogvideo_gen1.mp4")).colour())
                .isEqualTo(new VideoInfo.Colour("smpte170m", false, true));
        assertThat(VideoReader.probe(asset("gradio_a.mp4")).colour())
                .isEqualTo(new VideoInfo.Colour("bt709", false, true));
    }

    private static Image first(String name) throws IOException {
        return VideoReader.read(asset(name), FrameSelection.first(1)).frames().getFirst();
    }
}
