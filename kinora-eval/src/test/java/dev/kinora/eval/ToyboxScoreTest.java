package dev.kinora.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.eval.ToyboxReading.SeenToy;
import dev.kinora.eval.ToyboxScore.Attribute;
import dev.kinora.toybox.Toy;
import dev.kinora.toybox.ToyCamera;
import dev.kinora.toybox.ToyColor;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyScene;
import dev.kinora.toybox.ToyboxSpec;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ToyboxScoreTest {
    private static final SeenToy BALL = seen(ToyObject.BALL, ToyColor.RED, ToyMotion.BOUNCES);
    private static final SeenToy CAR = seen(ToyObject.CAR, ToyColor.BLUE, ToyMotion.STAYS);

    private static SeenToy seen(ToyObject object, ToyColor color, ToyMotion motion) {
        return new SeenToy(object, color, motion, List.of());
    }

    private static ToyboxSpec asked(boolean collide, SeenToy... toys) {
        return new ToyboxSpec(
                0,
                ToyScene.MEADOW,
                Stream.of(toys)
                        .map(t -> new Toy(t.object(), t.color(), t.motion(), 0.2, 0.5, 1, 1))
                        .toList(),
                collide,
                ToyCamera.STILL,
                96,
                64,
                17,
                8);
    }

    private static ToyboxReading read(boolean collides, SeenToy... toys) {
        return new ToyboxReading(ToyScene.MEADOW, collides, List.of(toys), 1);
    }

    @Test
    void countsEachAttributeByItself() {
        ToyboxScore score = new ToyboxScore();
        assertThat(score.add(asked(false, BALL), read(false, BALL))).isTrue();
        assertThat(score.add(asked(false, BALL), read(false, seen(ToyObject.BALL, ToyColor.PINK, ToyMotion.FALLS))))
                .isFalse();
        assertThat(score.rate(Attribute.OBJECT)).isEqualTo(new Rate(2, 2));
        assertThat(score.rate(Attribute.COLOR)).isEqualTo(new Rate(1, 2));
        assertThat(score.rate(Attribute.MOTION)).isEqualTo(new Rate(1, 2));
        assertThat(score.rate(Attribute.SCENE)).isEqualTo(new Rate(2, 2));
        assertThat(score.rate(Attribute.ALL)).isEqualTo(new Rate(1, 2));
        assertThat(score.confusions(1).getFirst())
                .isEqualTo(new ToyboxScore.Counted(new ToyboxScore.Confusion(Attribute.COLOR, "RED", "PINK"), 1));
    }

    @Test
    void pairsToysInTheOrderThatAgreesBetter() {
        ToyboxScore score = new ToyboxScore();
        assertThat(score.add(asked(false, BALL, CAR), read(false, CAR, BALL))).isTrue();
        assertThat(score.rate(Attribute.OBJECT)).isEqualTo(new Rate(2, 2));
    }

    @Test
    void aToyThatIsNotThereIsWrong() {
        ToyboxScore score = new ToyboxScore();
        assertThat(score.add(asked(false, BALL, CAR), read(false, CAR))).isFalse();
        assertThat(score.rate(Attribute.OBJECT)).isEqualTo(new Rate(1, 2));
        assertThat(score.rate(Attribute.CAST)).isEqualTo(new Rate(0, 1));
    }

    @Test
    void aToyTooManyIsWrongOnlyInTheirNumber() {
        ToyboxScore score = new ToyboxScore();
        assertThat(score.add(asked(false, BALL), read(false, CAR, BALL))).isFalse();
        assertThat(score.rate(Attribute.OBJECT)).isEqualTo(new Rate(1, 1));
        assertThat(score.rate(Attribute.CAST)).isEqualTo(new Rate(0, 1));
    }

    @Test
    void whatIsRunIntoMayMoveAsItLikes() {
        ToyboxScore score = new ToyboxScore();
        SeenToy rolls = seen(ToyObject.BALL, ToyColor.RED, ToyMotion.ROLLS_RIGHT);
        SeenToy pushed = seen(ToyObject.CAR, ToyColor.BLUE, ToyMotion.SLIDES_RIGHT);
        assertThat(score.add(asked(true, rolls, CAR), read(true, rolls, pushed)))
                .isTrue();
        assertThat(score.rate(Attribute.MOTION)).isEqualTo(new Rate(1, 1));
    }

    @Test
    void intervalsAreWilsons() {
        // 95 % interval for 90 of 100, by the formula, computed apart
        Rate rate = new Rate(90, 100);
        assertThat(rate.low()).isCloseTo(0.8256343, within(1e-6));
        assertThat(rate.high()).isCloseTo(0.9447709, within(1e-6));
        assertThat(new Rate(0, 0).low()).isZero();
        assertThat(new Rate(0, 0).high()).isEqualTo(1);
        assertThat(new Rate(20, 20).high()).isEqualTo(1);
        assertThat(rate.plus(new Rate(1, 2))).isEqualTo(new Rate(91, 102));
    }
}
