package dev.kinora.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures made on demand from a frame in the decoder's memory. */
class DecodedFrameTest {
    @TempDir
    private Path folder = Path.of("");

    private Path clip = Path.of("");

    @BeforeEach
    void writeClip() throws MediaException {
        clip = folder.resolve("clip.mp4");
        VideoSpec spec = VideoSpec.of(96, 64, Rational.of(8));
        try (VideoWriter out = VideoWriter.open(clip, spec)) {
            for (int i = 0; i < 4; i++) {
                Image image = Image.black(96, 64);
                for (int k = 0; k < image.rgb().length; k++) {
                    image.rgb()[k] = (byte) (k * (3 + i) % 251 + k / 288);
                }
                out.write(image);
            }
            out.finish();
        }
    }

    @Test
    void givesWhatNextGives() throws MediaException {
        try (VideoReader a = VideoReader.open(clip);
                VideoReader b = VideoReader.open(clip)) {
            VideoFrame expected;
            while ((expected = a.next()) != null) {
                DecodedFrame frame = Objects.requireNonNull(b.decodeNext());
                assertThat(frame.toVideoFrame()).isEqualTo(expected);
                assertThat(frame.image()).isSameAs(frame.image());
            }
            assertThat(b.decodeNext()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"40, 30", "48, 32", "96, 64", "150, 70", "1, 1"})
    void samplingGivesTheSamePixelsAsConvertingAll(int width, int height) throws MediaException {
        try (VideoReader in = VideoReader.open(clip)) {
            DecodedFrame frame = Objects.requireNonNull(in.decodeNext());
            Image sampled = frame.captured(width, height);
            assertThat(sampled).isEqualTo(Bilinear.resize(frame.captured(), width, height));
        }
    }

    @Test
    void scalesToTheSizeAsked() throws MediaException {
        try (VideoReader in = VideoReader.open(clip)) {
            Image small = Objects.requireNonNull(in.decodeNext()).scaled(48, 27);
            assertThat(small.width()).isEqualTo(48);
            assertThat(small.height()).isEqualTo(27);
        }
    }

    @Test
    void isGoneWhenTheNextOneComes() throws MediaException {
        try (VideoReader in = VideoReader.open(clip)) {
            DecodedFrame first = Objects.requireNonNull(in.decodeNext());
            in.decodeNext();
            assertThatThrownBy(first::image)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("frame 0 is gone");
        }
    }
}
