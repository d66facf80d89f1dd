package dev.kinora.curate.cuts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.cuts.Transition.Kind;
import dev.kinora.curate.frames.FramePass;
import dev.kinora.media.VideoReader;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The cascade on the drawn clip: a cut at 18, black from 43 to 45, a dissolve into 71, a flash at 82, a cut at 87. */
class ShotDetectionTest {
    private static final ShotDetection DETECTION = new ShotDetection(null);
    private static int frames;

    @BeforeAll
    static void watch() throws IOException {
        try (VideoReader in = VideoReader.open(Goldens.path("cuts/clip_320x180.mp4"))) {
            frames = FramePass.run(in, List.of(DETECTION), n -> {}).frames();
        }
    }

    @Test
    void theDarkIsOneVoteFromItsBeginningToItsEnd() {
        Vote dark = DETECTION.votes().stream()
                .filter(v -> v.detector().equals("threshold"))
                .findFirst()
                .orElseThrow();
        assertThat(dark.from()).isBetween(38, 42);
        assertThat(dark.to()).isBetween(46, 50);
    }

    private static List<Transition> of(Kind kind) {
        return DETECTION.transitions().stream().filter(t -> t.kind() == kind).toList();
    }

    @Test
    void findsTheCutsAndNotTheFlash() {
        assertThat(of(Kind.CUT).stream().map(Transition::first)).containsExactly(18, 87);
    }

    @Test
    void findsTheFadesAndTheDissolveWithTheirExtent() {
        int[][] expected = {{36, 42}, {46, 52}, {62, 70}};
        List<Transition> found = of(Kind.GRADUAL);
        assertThat(found).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(found.get(i).first()).isBetween(expected[i][0] - 2, expected[i][0] + 2);
            assertThat(found.get(i).last()).isBetween(expected[i][1] - 2, expected[i][1] + 2);
        }
    }

    @Test
    void shotsLieBetweenTransitions() {
        int end = 0;
        for (Shot s : DETECTION.shots()) {
            assertThat(s.first()).isGreaterThanOrEqualTo(end);
            end = s.end();
        }
        assertThat(end).isEqualTo(frames).isEqualTo(DETECTION.pts().length);
    }

    @Test
    void keepsEveryDetectorsVotes() {
        assertThat(DETECTION.votes().stream().map(v -> v.detector() + " " + v.rate()))
                .contains(
                        "content 0.0",
                        "adaptive 0.0",
                        "histogram 0.0",
                        "hash 0.0",
                        "threshold 0.0",
                        "content 4.0",
                        "histogram 4.0",
                        "content 0.5");
    }

    @Test
    void everyVoterHasAName() {
        assertThat(Ballot.NAMES)
                .containsAll(DETECTION.votes().stream().map(Vote::name).toList());
    }

    @Test
    void aSlowVoteSpansTheFramesItSteppedOver() {
        Vote slow = DETECTION.votes().stream()
                .filter(v -> v.rate() == 4)
                .findFirst()
                .orElseThrow();
        assertThat(slow.to() - slow.from()).isBetween(6, 7);
    }

    @Test
    void refusesWhatIsNoDetector() {
        assertThatThrownBy(() -> new HistogramDetector(1.5, 128, 15))
                .hasMessage("HistogramDetector: threshold = 1.5 (expected: 0.0 to 1.0)");
        assertThatThrownBy(() -> new ContentDetector(27, -1, ContentWeights.DEFAULT, 0))
                .hasMessage("CutDetector: minSceneLength = -1 (expected: 0 or more)");
    }
}
