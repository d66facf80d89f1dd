package dev.kinora.curate.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PictureTest {
    private static final int W = 96;
    private static final int H = 64;

    private static byte[] noise(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] luma = new byte[W * H];
        for (int i = 0; i < luma.length; i++) {
            luma[i] = (byte) random.nextInt(60, 200);
        }
        return luma;
    }

    @Test
    void blackBarsAreMeasuredOnEachSide() {
        byte[] luma = noise(1);
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                if (y < 8 || y >= H - 4 || x < 12) {
                    luma[y * W + x] = 17;
                }
            }
        }
        Borders b = Borders.of(luma, W, H);
        assertThat(b.top()).isEqualTo(8.0 / H);
        assertThat(b.bottom()).isEqualTo(4.0 / H);
        assertThat(b.left()).isEqualTo(12.0 / W);
        assertThat(b.right()).isZero();
    }

    @Test
    void aGridOfEightIsSeenWhereverItLies() {
        SplittableRandom random = new SplittableRandom(2);
        byte[] smooth = new byte[W * H];
        byte[] blocks = new byte[W * H];
        int[] steps = random.ints(200, 0, 24).toArray();
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                smooth[y * W + x] = (byte) (60 + x / 2 + y / 2);
                blocks[y * W + x] = (byte) (60 + x / 2 + y / 2 + steps[(x + 3) / 8 + 16 * ((y + 5) / 8)]);
            }
        }
        assertThat(Blockiness.of(smooth, W, H)).isLessThan(1.5);
        assertThat(Blockiness.of(blocks, W, H)).isGreaterThan(4);
        assertThat(Blockiness.of(noise(3), W, H)).isCloseTo(0, within(0.1));
    }

    @Test
    void edgesThatGoOnAlongTheirLineAreNoGrid() {
        int[] luma = {16, 180, 162, 131, 112, 84, 65, 35};
        byte[] bars = new byte[W * H];
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < bars.length; i++) {
            bars[i] = (byte) (luma[i % W / 16] + random.nextInt(2));
        }
        assertThat(Blockiness.of(bars, W, H)).isCloseTo(0, within(0.2));
    }

    @Test
    void whatLiesBetweenEdgesAndBarsIsJudged() {
        byte[] boxed = noise(7);
        byte[] lined = new byte[W * H];
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                boxed[y * W + x] = y < 12 || y >= 52 ? 0 : boxed[y * W + x];
                lined[y * W + x] = (byte) (x % 8 == 0 ? 200 : 20);
            }
        }
        int[] in = Borders.of(boxed, W, H).inside(W, H);
        assertThat(in).containsExactly(0, 12, W, 52);
        assertThat(Edges.of(boxed, W, H).flat()).isGreaterThan(0.3);
        assertThat(Edges.of(boxed, W, in[0], in[1], in[2], in[3]).flat()).isLessThan(0.02);
        assertThat(Edges.of(lined, W, H).flat()).isGreaterThan(0.99);
    }

    @Test
    void drawnEdgesRunAlongTheAxes() {
        byte[] drawn = new byte[W * H];
        byte[] slanted = new byte[W * H];
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                drawn[y * W + x] = (byte) (x / 12 % 2 == 0 ? 30 : 220);
                slanted[y * W + x] = (byte) ((x + y) / 12 % 2 == 0 ? 30 : 220);
            }
        }
        assertThat(Edges.of(drawn, W, H).axis()).isGreaterThan(0.95);
        assertThat(Edges.of(drawn, W, H).flat()).isGreaterThan(0.8);
        assertThat(Edges.of(slanted, W, H).axis()).isLessThan(0.05);
        assertThat(Edges.of(noise(4), W, H).flat()).isLessThan(0.01);
    }

    @Test
    void fewColoursFillThePalette() {
        byte[] two = new byte[W * H * 3];
        byte[] many = new byte[W * H * 3];
        new SplittableRandom(5).nextBytes(many);
        for (int i = 0; i < two.length; i++) {
            two[i] = (byte) (i / 3 % 5 == 0 ? 200 : 10);
        }
        assertThat(Colours.palette(two, W, H)).isEqualTo(1);
        assertThat(Colours.palette(many, W, H)).isLessThan(0.05);
    }
}
