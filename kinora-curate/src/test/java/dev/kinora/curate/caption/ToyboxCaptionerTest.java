package dev.kinora.curate.caption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.eval.ToyboxAnswers;
import dev.kinora.eval.ToyboxAnswers.Answer;
import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReaderConfig;
import dev.kinora.eval.ToyboxReaderModel;
import dev.kinora.eval.ToyboxReaderModel.Cast;
import dev.kinora.language.caption.CaptionKind;
import dev.kinora.language.caption.Captions;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import dev.kinora.media.Image;
import dev.kinora.nn.Names;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.CaptionGrammar;
import dev.kinora.toybox.ToyColor;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyScene;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@TensorTest
final class ToyboxCaptionerTest {
    /** Weights that were never trained: what they say is random, what is made of it is not. */
    private static ToyboxCaptioner captioner(double sure) {
        ToyboxReaderModel model =
                new ToyboxReaderModel(ToyboxReaderConfig.of(List.of(8, 8, 16), 1, 16, 1, 2, 4, 8), Names.root());
        try (Rng rng = new Rng(1)) {
            model.initialize(rng);
        }
        return new ToyboxCaptioner(ToyboxReader.of(model, Device.CPU), "0", sure);
    }

    private static ToyboxAnswers.Toy toy(ToyObject o, double a, ToyColor c, double b, ToyMotion m, double d) {
        return new ToyboxAnswers.Toy(new Answer<>(o, a), new Answer<>(c, b), new Answer<>(m, d));
    }

    private static Captions words(double scene, Cast cast, ToyboxAnswers.Toy... toys) {
        try (ToyboxCaptioner captioner = captioner(0.5)) {
            return captioner.words(
                    new ToyboxAnswers(new Answer<>(ToyScene.MEADOW, scene), new Answer<>(cast, 0.9), List.of(toys)));
        }
    }

    @Test
    void saysWhatIsSureInTheWorldsOwnWords() {
        Captions c = words(0.9, Cast.ONE, toy(ToyObject.BALL, 0.9, ToyColor.ORANGE, 0.8, ToyMotion.BOUNCES, 0.7));
        assertThat(c.texts())
                .isEqualTo(Map.of(
                        CaptionKind.IMAGE,
                        "an orange ball on a green meadow",
                        CaptionKind.VIDEO,
                        "an orange ball bounces on a green meadow",
                        CaptionKind.SUMMARY,
                        "an orange ball on a green meadow. the ball bounces."));
        Captions two = words(
                0.9,
                Cast.COLLIDING,
                toy(ToyObject.CAT, 0.9, ToyColor.RED, 0.8, ToyMotion.STAYS, 0.7),
                toy(ToyObject.CAR, 0.9, ToyColor.BLUE, 0.8, ToyMotion.ROLLS_LEFT, 0.7));
        assertThat(two.text(CaptionKind.VIDEO)).isEqualTo("a blue car rolls into a red cat on a green meadow");
        for (Captions all : List.of(c, two)) {
            for (String text : all.texts().values()) {
                assertThat(CaptionGrammar.vocabulary())
                        .containsAll(Stream.of(text.split("[ .]+", -1))
                                .filter(w -> !w.isEmpty())
                                .toList());
            }
        }
    }

    @Test
    void leavesOutWhatItCannotTell() {
        Captions c = words(0.3, Cast.ONE, toy(ToyObject.ROBOT, 0.9, ToyColor.RED, 0.2, ToyMotion.FALLS, 0.4));
        assertThat(c.outcome()).isEqualTo(Outcome.OK);
        assertThat(c.text(CaptionKind.VIDEO)).isEqualTo("a robot");
        assertThat(c.notes()).containsExactly("cannot tell the scene (0.30), the colour (0.20), the motion (0.40)");
        Captions none = words(0.9, Cast.ONE, toy(ToyObject.ROBOT, 0.4, ToyColor.RED, 0.9, ToyMotion.FALLS, 0.9));
        assertThat(none.outcome()).isEqualTo(Outcome.ABSTAINED);
        assertThat(none.texts()).isEmpty();
    }

    @Test
    void looksAtClipsOfAnySizeAndIsUnsureUntrained() {
        try (ToyboxCaptioner careful = captioner(0.9);
                ToyboxCaptioner bold = captioner(0)) {
            assertThat(careful.times(2)).hasSize(16).first().isEqualTo(0.0);
            assertThat(careful.times(60)).hasSize(33);
            for (int[] size : new int[][] {{640, 90}, {33, 120}, {96, 64}}) {
                ClipFrames clip = new ClipFrames(
                        "id",
                        0.25,
                        careful.times(0.25).stream()
                                .map(t -> new ClipFrames.Frame(t, Image.black(size[0], size[1])))
                                .toList());
                assertThat(careful.caption(clip).outcome()).isEqualTo(Outcome.ABSTAINED);
                assertThat(bold.caption(clip).outcome()).isEqualTo(Outcome.OK);
            }
        }
    }
}
