package dev.kinora.curate.cuts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.VideoReader;
import dev.kinora.models.transnet.ShotBoundaries;
import dev.kinora.models.transnet.TransNetV2;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TransNet V2 with its real weights on real videos, from the file to the probability. */
@TensorTest
class TransNetGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /** Looks at the first {@code count} frames and compares all whose window lies within them. */
    private static void compare(String video, int count) throws IOException {
        Optional<Path> weights = Goldens.asset("weights/transnetv2/transnetv2.safetensors");
        Optional<Path> file = Goldens.asset("video/" + video);
        assumeTrue(
                weights.isPresent() && file.isPresent(),
                "SKIPPED: ../shared/assets/video/" + video + " or weights/transnetv2 is not on this machine");
        JsonNode golden = new ObjectMapper()
                .readTree(Goldens.asset("annotations/transnetv2_goldens.json")
                        .orElseThrow()
                        .toFile())
                .get(video)
                .get("single");
        try (TransNetV2 model = TransNetV2.load(weights.orElseThrow());
                VideoReader in = VideoReader.open(file.orElseThrow())) {
            ShotBoundaries boundaries = new ShotBoundaries(model);
            int n = 0;
            for (DecodedFrame f; n < count && (f = in.decodeNext()) != null; n++) {
                boundaries.add(f.scaled(TransNetV2.WIDTH, TransNetV2.HEIGHT).rgb());
            }
            float[] ours = boundaries.finish()[0];
            int comparable = n < count ? n : n - 25;
            double worst = 0;
            for (int i = 0; i < comparable; i++) {
                worst = Math.max(worst, Math.abs(ours[i] - golden.get(i).doubleValue()));
            }
            System.out.printf("%s: %d frames, largest difference %.1e%n", video, comparable, worst);
            assertThat(worst).as(video).isLessThan(TOLERANCE);
        }
    }

    @Test
    void beginningOfAVideo() throws IOException {
        compare("sk_bikes.mp4", 75);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"psd_testvideo.mp4", "cosmos_video_30s.mp4", "sk_bikes.mp4", "v2d_laion_slides.mp4"})
    void wholeVideos(String video) throws IOException {
        compare(video, Integer.MAX_VALUE);
    }
}
