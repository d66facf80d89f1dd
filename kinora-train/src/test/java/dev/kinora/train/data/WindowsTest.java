package dev.kinora.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class WindowsTest {
    private static final ClipShape WHOLE = new ClipShape(40, 24, 9);
    private static final ClipShape WINDOW = new ClipShape(16, 8, 9);

    /** Every pixel has its place: red x, green y, blue the frame. */
    private static byte[] clip() {
        byte[] rgb = new byte[3 * 40 * 24 * 9];
        for (int i = 0; i < rgb.length / 3; i++) {
            rgb[3 * i] = (byte) (i % 40);
            rgb[3 * i + 1] = (byte) (i / 40 % 24);
            rgb[3 * i + 2] = (byte) (i / (40 * 24));
        }
        return rgb;
    }

    private static byte[] still() {
        byte[] rgb = clip();
        for (int i = 0; i < rgb.length / 3; i++) {
            rgb[3 * i + 2] = 0;
        }
        return rgb;
    }

    private static byte[] window(byte[] rgb, int seed) {
        return Windows.cut(rgb, WHOLE, WINDOW, new SplittableRandom(seed).split());
    }

    @Test
    void aWindowIsAPartOfTheClipInOnePlace() {
        byte[] cut = window(clip(), 3);
        assertThat(cut).hasSize(3 * 16 * 8 * 9);
        int left = cut[0];
        int top = cut[1];
        for (int i = 0; i < cut.length / 3; i++) {
            assertThat(new int[] {cut[3 * i], cut[3 * i + 1], cut[3 * i + 2]})
                    .containsExactly(left + i % 16, top + i / 16 % 8, i / (16 * 8));
        }
    }

    @Test
    void anywhereWhereAllMovesAlikeOrNothingDoes() {
        for (byte[] rgb : List.of(clip(), still())) {
            int left = 0;
            for (int seed = 0; seed < 2000; seed++) {
                left += window(rgb, seed)[0] <= 12 ? 1 : 0;
            }
            assertThat(left).as("windows that begin at 0 to 12 of 0 to 24").isBetween(960, 1120); // of 1040 +- 22
        }
    }

    @Test
    void mostlyWhereSomethingMoves() {
        byte[] rgb = still(); // but for a blinking pixel, which 16 of 425 places hold
        for (int f = 0; f < 9; f++) {
            rgb[3 * ((f * 24 + 20) * 40 + 36) + 2] = (byte) (f % 2 * 100);
        }
        int seen = 0;
        for (int seed = 0; seed < 1000; seed++) {
            byte[] cut = window(rgb, seed);
            seen += cut[0] + 16 > 36 && cut[1] + 8 > 20 ? 1 : 0;
        }
        // 16 places of weight 800, and all 425 with a twentieth of 800 spread evenly, 5.3, and one
        assertThat(seen).isBetween(780, 870);
    }

    @Test
    void wholeClipsAreTheShapeItselfAndWindowsAreNoLarger() {
        assertThat(new BatchShape(WINDOW, 2).drawn()).isEqualTo(WINDOW);
        BatchShape windows = new BatchShape(WINDOW, 2, WHOLE);
        assertThat(windows.drawn()).isEqualTo(WHOLE);
        assertThat(windows).hasToString("16x8x9x2/40x24");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BatchShape(WHOLE, 2, WINDOW))
                .withMessageContaining("window = 40x24x9 of 16x8x9");
    }
}
