package dev.kinora.curate.cuts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.VideoReader;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cuts and scores equal to those of PySceneDetect, frame for frame, from the same files. */
class CutParityTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static CutDetector detector(String name) {
        return switch (name) {
            case "content" -> new ContentDetector();
            case "content_t12" -> new ContentDetector(12, 3, ContentWeights.DEFAULT, 0);
            case "content_edges" -> new ContentDetector(27, 15, new ContentWeights(1, .5, 1, .2), 0);
            case "content_luma" -> new ContentDetector(27, 15, ContentWeights.LUMA_ONLY, 0);
            case "content_t30" -> new ContentDetector(30, 15, ContentWeights.DEFAULT, 0);
            case "adaptive" -> new AdaptiveDetector();
            case "adaptive_w3" -> new AdaptiveDetector(2, 5, 3, 5, ContentWeights.DEFAULT, 0);
            case "adaptive_t5" -> new AdaptiveDetector(5, 15, 2, 15, ContentWeights.DEFAULT, 0);
            case "histogram" -> new HistogramDetector();
            case "histogram_256" -> new HistogramDetector(.05, 256, 4);
            case "histogram_before_0.7.1" -> new HistogramDetector(.05, 256, 15);
            case "threshold" -> new ThresholdDetector();
            case "threshold_bias" -> new ThresholdDetector(40, 5, -.5, ThresholdDetector.Level.FLOOR);
            case "threshold_ceiling" -> new ThresholdDetector(200, 2, 0, ThresholdDetector.Level.CEILING);
            case "hash" -> new HashDetector();
            case "hash_16" -> new HashDetector(.2, 16, 2, 4);
            default -> throw new AssertionError(name);
        };
    }

    private static final class Run {
        final CutDetector detector;
        final List<Integer> cuts = new ArrayList<>();
        final List<Double> scores = new ArrayList<>();

        Run(String name) {
            detector = detector(name);
        }

        void accept(int index, FrameMeasures frame) {
            cuts.addAll(detector.accept(index, frame));
            scores.add(detector.score());
        }
    }

    private static List<Run> run(Path file, List<String> names) throws IOException {
        List<Run> runs = names.stream().map(Run::new).toList();
        try (VideoReader in = VideoReader.open(file)) {
            int[] size = FrameMeasures.size(in.info().width(), in.info().height());
            for (DecodedFrame f; (f = in.decodeNext()) != null; ) {
                FrameMeasures measures = FrameMeasures.of(f.captured(size[0], size[1]));
                int index = f.index();
                runs.forEach(r -> r.accept(index, measures));
            }
        }
        return runs;
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip_320x180", "clip_512x288"})
    void drawnClips(String clip) throws IOException {
        JsonNode golden = JSON.readTree(Goldens.path("cuts/" + clip + ".json").toFile());
        List<String> names = new ArrayList<>();
        golden.fieldNames().forEachRemaining(names::add);
        List<Run> runs = run(Goldens.path("cuts/" + clip + ".mp4"), names);
        for (int i = 0; i < names.size(); i++) {
            JsonNode expected = golden.get(names.get(i));
            Run run = runs.get(i);
            assertThat(run.cuts)
                    .as(names.get(i))
                    .isEqualTo(JSON.convertValue(expected.get("cuts"), JSON.constructType(List.class)));
            JsonNode scores = expected.get("scores");
            assertThat(run.scores).as(names.get(i)).hasSize(scores.size());
            int late = names.get(i).equals("adaptive") ? 2 : names.get(i).equals("adaptive_w3") ? 3 : 0;
            for (int f = 0; f + late < scores.size(); f++) {
                if (!scores.get(f).isNull()) {
                    assertThat(run.scores.get(f + late))
                            .as("%s, frame %d", names.get(i), f)
                            .isCloseTo(scores.get(f).doubleValue(), Offset.offset(1e-6));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"counter", "testvideo"})
    void clipsOfPySceneDetect(String clip) throws IOException {
        Optional<Path> video = Goldens.asset("video/psd_" + clip + ".mp4");
        assumeTrue(video.isPresent(), "SKIPPED: ../shared/assets/video/psd_" + clip + ".mp4 is not on this machine");
        List<String> files = List.of(
                "AdaptiveDetector.default",
                "AdaptiveDetector.t5",
                "ContentDetector.default",
                "ContentDetector.t30",
                "HashDetector.default",
                "HistogramDetector.default",
                "ThresholdDetector.default");
        List<Run> runs = run(
                video.orElseThrow(),
                List.of(
                        "adaptive",
                        "adaptive_t5",
                        "content",
                        "content_t30",
                        "hash",
                        "histogram_before_0.7.1",
                        "threshold"));
        for (int i = 0; i < files.size(); i++) {
            String name = clip + ".mp4." + files.get(i) + ".json";
            JsonNode golden = JSON.readTree(Goldens.asset("annotations/psd_goldens/" + name)
                    .orElseThrow()
                    .toFile());
            assertThat(runs.get(i).cuts)
                    .as(name)
                    .isEqualTo(JSON.convertValue(golden.get("cuts"), JSON.constructType(List.class)));
        }
    }
}
