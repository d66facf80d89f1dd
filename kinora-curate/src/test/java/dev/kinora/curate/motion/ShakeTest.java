package dev.kinora.curate.motion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Paths of a camera that are known, eight readings a second. */
class ShakeTest {
    private static double[] reading(int i, double x, double agreement) {
        double[] r = new double[FlowReading.VALUES];
        r[FlowReading.SECONDS] = 0.125;
        r[FlowReading.TIME] = i * 0.125;
        r[FlowReading.CAMERA_X] = x;
        r[FlowReading.AGREEMENT] = agreement;
        r[FlowReading.RESIDUE] = 0.02;
        return r;
    }

    private static double[] unexplained(int i, double residue) {
        double[] r = reading(i, 7, 0.1);
        r[FlowReading.RESIDUE] = residue;
        r[FlowReading.JUMPED] = 1;
        return r;
    }

    @Test
    void aCutBetweenTwoPansIsNoShake() {
        List<double[]> path = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            path.add(i == 8 ? unexplained(i, 0.3) : reading(i, i < 8 ? 0.4 : -0.6, 0.9));
        }
        assertThat(Shake.of(path)).isCloseTo(0, within(1e-9));
        assertThat(MotionStage.jumps(path)).isEqualTo(1);
    }

    @Test
    void aCameraThatGoesToAndFroShakes() {
        List<double[]> path = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            path.add(reading(i, i % 2 == 0 ? 0.5 : -0.5, 0.9));
        }
        assertThat(Shake.of(path)).isCloseTo(0.5, within(0.05));
    }

    @Test
    void whereNoShiftIsAgreedOnNothingIsKnown() {
        List<double[]> path = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            path.add(reading(i, i % 2 == 0 ? 3 : -3, i % 4 == 0 ? 0.5 : 0.1));
        }
        assertThat(Shake.of(path)).isNaN();
    }

    @Test
    void whatIsTooFastForFlowForLongIsNoJump() {
        List<double[]> path = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            path.add(i < 3 ? reading(i, 0, 0.9) : unexplained(i, 0.12 + 0.01 * (i % 2)));
        }
        assertThat(MotionStage.jumps(path)).isZero();
    }
}
