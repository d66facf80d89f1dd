package dev.kinora.curate.motion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.curate.Footage;
import dev.kinora.curate.frames.FrameObserver;
import dev.kinora.curate.frames.FramePass;
import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Span;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.MediaLimits;
import dev.kinora.media.Rational;
import dev.kinora.media.Resample;
import dev.kinora.media.VideoInfo;
import dev.kinora.media.VideoReader;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a codec says of motion, against motion that is known. */
class VectorsStageTest {
    private static final int W = 160;
    private static final int H = 96;
    private static final int RATE = 20;
    private static final Span ALL = new Span(Long.MIN_VALUE, Long.MAX_VALUE);

    @TempDir
    private Path folder = Path.of("");

    /** A still left half, a right half that goes by 6 pixels a frame to the left and 2 up; two frames of it a cut. */
    private Path video(String name, int frames) throws IOException {
        Image still = Footage.texture(1, 40, 24).resize(W, H, Resample.BICUBIC);
        Image passing = Footage.texture(2, 60, 36).resize(W + 80, H + 48, Resample.BICUBIC);
        try (VideoWriter out = VideoWriter.open(folder.resolve(name), VideoSpec.of(W, H, Rational.of(RATE)))) {
            for (int k = 0; k < frames; k++) {
                byte[] rgb = Footage.pan(passing, W, H, 6, 2, k).rgb();
                for (int y = 0; y < H; y++) {
                    System.arraycopy(still.rgb(), y * W * 3, rgb, y * W * 3, W / 2 * 3);
                }
                out.write(Image.of(W, H, rgb));
            }
            return out.finish();
        }
    }

    private static Map<String, Double> scores(Path file, Span span) throws IOException {
        try (VectorsStage stage = new VectorsStage();
                VideoReader in = VideoReader.openWithVectors(file, MediaLimits.DEFAULT)) {
            FrameObserver watcher = new FrameObserver() {
                @Override
                public void begin(VideoInfo info) {
                    stage.begin(info);
                }

                @Override
                public void observe(DecodedFrame frame) throws MediaException {
                    try (Look look = new Look(frame)) {
                        stage.observe(look);
                    }
                }
            };
            FramePass.run(in, List.of(watcher), n -> {});
            return stage.scores(span);
        }
    }

    @Test
    void speedIsInShortSidesASecondByPatch() throws IOException {
        Map<String, Double> s = scores(video("half.mp4", 8), ALL);
        System.out.println(s);
        double speed = Math.hypot(6, 2) / H * RATE;
        assertThat(s.get("vectors_patch_max")).isCloseTo(speed, within(0.1 * speed));
        assertThat(s.get("vectors_patch_min")).isCloseTo(0, within(0.01));
        assertThat(s.get("vectors_mean")).isCloseTo(speed / 2, within(0.1 * speed));
        assertThat(s.get("vectors_known")).isBetween(0.9, 1.0);
    }

    @Test
    void aSpanIsReadWithoutThePicturesBeforeIt() throws IOException {
        // Every other picture of ours is one by itself: the span has one picture that is predicted, from one before it.
        Path file = video("two.mp4", 4);
        long tick = 1;
        try (VideoReader in = VideoReader.open(file)) {
            in.decodeNext();
            tick = Objects.requireNonNull(in.decodeNext()).pts();
        }
        assertThat(scores(file, new Span(tick, tick + 1))).isEmpty();
        assertThat(scores(file, new Span(0, tick + 1))).hasSize(5);
    }

    @Test
    void aCodecWhoseDecoderTellsNoneLeavesSpeedUnknown() throws IOException {
        assertThat(scores(video("vp9.webm", 3), ALL)).isEqualTo(Map.of("vectors_known", 0.0));
    }
}
