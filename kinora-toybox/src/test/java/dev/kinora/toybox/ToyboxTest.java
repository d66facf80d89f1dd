package dev.kinora.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ToyboxTest {
    private static final ToyboxMix MIX = new ToyboxMix(96, 64, 17, 8, 0.4, 0.4, false);

    @Test
    void aSeedDecidesEveryPixel() {
        for (long seed = 0; seed < 6; seed++) {
            ToyboxClip a = ToyboxRenderer.render(MIX.draw(seed));
            ToyboxClip b = ToyboxRenderer.render(MIX.draw(seed));
            assertThat(a.rgb()).as("seed %d", seed).isEqualTo(b.rgb());
            assertThat(a.states()).isEqualTo(b.states());
            assertThat(a.captions()).isEqualTo(b.captions());
            assertThat(a.rgb()).hasSize(17 * 64 * 96 * 3);
        }
    }

    @Test
    void neighbouringSeedsGiveDifferentClips() {
        Set<ToyboxSpec> specs = new HashSet<>();
        for (long seed = 0; seed < 5000; seed++) {
            specs.add(MIX.draw(seed));
        }
        assertThat(specs).hasSize(5000);
    }

    @Test
    void everySizeAspectAndDurationRenders() {
        for (int[] s : new int[][] {{64, 96, 9}, {64, 64, 1}, {160, 48, 5}, {300, 280, 2}}) {
            ToyboxClip clip = ToyboxRenderer.render(new ToyboxMix(s[0], s[1], s[2], 16, 0.5, 0.5, false).draw(3));
            assertThat(clip.rgb()).hasSize(s[0] * s[1] * s[2] * 3);
            assertThat(clip.states()).hasSize(s[2]);
        }
    }

    @Test
    void everyToyIsDrawnInItsColour() {
        for (ToyObject object : ToyObject.values()) {
            for (ToyColor color : ToyColor.values()) {
                ToyboxClip clip = ToyboxRenderer.render(spec(object, color, ToyMotion.STAYS, ToyScene.SPACE, 1));
                int close = 0;
                for (int i = 0; i < clip.rgb().length; i += 3) {
                    int d = Math.abs((clip.rgb()[i] & 255) - ((color.rgb() >> 16) & 255))
                            + Math.abs((clip.rgb()[i + 1] & 255) - ((color.rgb() >> 8) & 255))
                            + Math.abs((clip.rgb()[i + 2] & 255) - (color.rgb() & 255));
                    close += d < 90 ? 1 : 0;
                }
                assertThat(close).as("%s %s", color, object).isGreaterThan(60);
            }
        }
    }

    @Test
    void coverageIsWhereToysAre() {
        ToyboxSpec red = spec(ToyObject.DUCK, ToyColor.RED, ToyMotion.BOUNCES, ToyScene.ROOM, 9);
        ToyboxSpec blue = spec(ToyObject.DUCK, ToyColor.BLUE, ToyMotion.BOUNCES, ToyScene.ROOM, 9);
        byte[] a = ToyboxRenderer.frames(red, 2, 5);
        byte[] b = ToyboxRenderer.frames(blue, 2, 5);
        byte[] covered = ToyboxRenderer.coverage(red, 2, 5);
        assertThat(covered).hasSize(5 * 64 * 96).isEqualTo(ToyboxRenderer.coverage(blue, 2, 5));
        int full = 0;
        for (int i = 0; i < covered.length; i++) {
            if (!Arrays.equals(a, 3 * i, 3 * i + 3, b, 3 * i, 3 * i + 3)) {
                assertThat(covered[i] & 255)
                        .as("pixel %d, which the toy colours", i)
                        .isPositive();
            }
            full += (covered[i] & 255) == 255 ? 1 : 0;
        }
        assertThat(full / 5).as("pixels of a frame all covered").isBetween(200, 900);
    }

    @Test
    void everyMotionChangesThePictureExceptStaying() {
        for (ToyMotion motion : ToyMotion.values()) {
            ToyboxClip clip = ToyboxRenderer.render(spec(ToyObject.DUCK, ToyColor.RED, motion, ToyScene.ROOM, 17));
            int frame = 64 * 96 * 3;
            byte[] first = Arrays.copyOf(clip.rgb(), frame);
            byte[] sixth = Arrays.copyOfRange(clip.rgb(), 5 * frame, 6 * frame);
            assertThat(Arrays.equals(first, sixth)).as("%s", motion).isEqualTo(motion == ToyMotion.STAYS);
        }
    }

    @Test
    void theHoldoutRuleSplitsTheWorldAndLeavesEveryPartInTraining() {
        int held = 0;
        int all = 0;
        Set<Enum<?>> seen = new HashSet<>();
        for (ToyObject o : ToyObject.values()) {
            for (ToyColor c : ToyColor.values()) {
                for (ToyMotion m : ToyMotion.values()) {
                    all++;
                    if (Holdout.contains(o, c, m)) {
                        held++;
                    } else {
                        seen.addAll(List.of(o, c, m));
                    }
                }
            }
        }
        assertThat((double) held / all).isBetween(0.08, 0.12);
        assertThat(seen).hasSize(ToyObject.values().length + ToyColor.values().length + ToyMotion.values().length);
        assertThat(Holdout.contains(ToyObject.BALL, ToyColor.RED, ToyMotion.BOUNCES))
                .isFalse();
        ToyboxMix kept = new ToyboxMix(96, 64, 1, 8, 0.2, 0, true);
        for (long seed = 0; seed < 200; seed++) {
            assertThat(Holdout.contains(MIX.draw(seed))).isFalse();
            assertThat(Holdout.contains(kept.draw(seed))).isTrue();
        }
    }

    @Test
    void objectsComeAsOftenAsTheyWeigh() {
        Map<ToyObject, Double> weights = Map.of(ToyObject.STAR, 4.0, ToyObject.BALL, 0.0);
        ToyboxMix one = new ToyboxMix(96, 64, 17, 8, 0, 0, false);
        Map<ToyObject, Integer> counts = new EnumMap<>(ToyObject.class);
        for (long seed = 0; seed < 2200; seed++) {
            ToyboxSpec spec = one.draw(seed, weights);
            assertThat(Holdout.contains(spec)).isFalse();
            assertThat(one.draw(seed, weights)).isEqualTo(spec);
            counts.merge(spec.toys().getFirst().object(), 1, Integer::sum);
        }
        // of 22 shares: 4 the star's, none the ball's, 1 every other's
        assertThat(counts).doesNotContainKey(ToyObject.BALL);
        assertThat(counts.get(ToyObject.STAR)).isBetween(340, 460);
        assertThat(counts.get(ToyObject.CUBE)).isBetween(70, 130);
        assertThat(one.draw(5, Map.of())).isEqualTo(one.draw(5));
        Map<ToyObject, Double> none = new EnumMap<>(ToyObject.class);
        for (ToyObject object : ToyObject.values()) {
            none.put(object, 0.0);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.draw(0, none))
                .withMessage("toybox mix: weights = 0 each (expected: one above 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.draw(0, Map.of(ToyObject.CAT, -1.0)))
                .withMessage("toybox mix: weight of cat = -1.0 (expected: 0..100.0)");
    }

    @Test
    void badSpecsAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ToyboxMix(96, 64, 0, 8, 0, 0, false).draw(1))
                .withMessage("toybox: frames = 0 (expected: 1 or more)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ToyboxMix(96, 64, 1, 8, 2, 0, false))
                .withMessageContaining("twoToys = 2.0");
    }

    static ToyboxSpec spec(ToyObject object, ToyColor color, ToyMotion motion, ToyScene scene, int frames) {
        return new ToyboxSpec(
                1,
                scene,
                List.of(new Toy(object, color, motion, 0.22, 0.5, 1, 1)),
                false,
                ToyCamera.STILL,
                96,
                64,
                frames,
                8);
    }
}
