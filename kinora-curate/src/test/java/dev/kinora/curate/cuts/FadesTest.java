package dev.kinora.curate.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.curate.cuts.Transition.Kind;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Fades that the contrast of the whole picture does not show, on drawn thumbnails. */
class FadesTest {
    private static final int CELLS = CutSignals.COLUMNS * CutSignals.ROWS;
    private static final byte[] SCENE = new byte[CELLS * 3];

    static {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < SCENE.length; i++) {
            SCENE[i] = (byte) random.nextInt(40, 200);
        }
    }

    /** The picture at a share of its light, 0..1, on black. */
    private static byte[] dimmed(byte[] picture, double share) {
        byte[] out = new byte[picture.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) Math.round((picture[i] & 255) * share);
        }
        return out;
    }

    private static List<Transition> find(byte[]... frames) {
        CutSignals s = new CutSignals(24, new double[frames.length], frames, new float[0], List.of());
        return FusionRule.DEFAULT.apply(s);
    }

    @Test
    void findsAFewWordsThatFadeOutOnBlack() {
        byte[] words = new byte[CELLS * 3];
        for (int i = 70 * 3; i < 73 * 3; i++) {
            words[i] = 16;
        }
        byte[][] frames = new byte[60][];
        for (int t = 0; t < 60; t++) {
            frames[t] = dimmed(words, Math.clamp((50 - t) / 20.0, 0, 1));
        }
        assertThat(find(frames)).singleElement().satisfies(t -> {
            assertThat(t.kind()).isEqualTo(Kind.GRADUAL);
            assertThat(t.first()).isBetween(28, 36);
            assertThat(t.last()).isBetween(44, 51);
        });
    }

    @Test
    void findsAFadeThatHasBegunBeforeTheFirstFrame() {
        byte[][] frames = new byte[40][];
        for (int t = 0; t < 40; t++) {
            frames[t] = dimmed(SCENE, Math.min(1, 0.4 + t / 20.0));
        }
        assertThat(find(frames)).singleElement().satisfies(t -> {
            assertThat(t.first()).isLessThan(4);
            assertThat(t.last()).isBetween(9, 14);
        });
    }

    @Test
    void doesNotTakeALittleLessLightForAFade() {
        byte[][] frames = new byte[40][];
        for (int t = 0; t < 40; t++) {
            frames[t] = dimmed(SCENE, Math.min(1, 0.8 + t / 60.0));
        }
        assertThat(find(frames)).isEmpty();
    }

    @Test
    void findsAFadeThroughGreyBetweenBlackBars() {
        byte[][] frames = new byte[60][];
        for (int t = 0; t < 60; t++) {
            double share = Math.clamp((t - 20) / 15.0, 0, 1);
            frames[t] = new byte[CELLS * 3];
            for (int i = 2 * CutSignals.COLUMNS * 3; i < 7 * CutSignals.COLUMNS * 3; i++) {
                frames[t][i] = (byte) Math.round(150 * (1 - share) + (SCENE[i] & 255) * share);
            }
        }
        assertThat(find(frames)).singleElement().satisfies(t -> {
            assertThat(t.first()).isBetween(19, 23);
            assertThat(t.last()).isBetween(32, 36);
        });
    }
}
