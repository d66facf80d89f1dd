package dev.kinora.train.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScalingLawTest {
    @Test
    void findsTheLawThatMadeThePoints() {
        ScalingLaw law = new ScalingLaw(0.2, 30, 0.15, 0);
        List<ScalingLaw.Point> points = new ArrayList<>();
        for (double c = 1e10; c < 1e16; c *= 3) {
            points.add(new ScalingLaw.Point(c, law.at(c)));
        }
        ScalingLaw fitted = ScalingLaw.fit(points);
        assertThat(fitted.exponent()).isEqualTo(0.15, within(0.003));
        assertThat(fitted.floor()).isEqualTo(0.2, within(0.005));
        assertThat(fitted.error()).isLessThan(1e-3);
    }

    @Test
    void theFrontierIsTheBestForEachCompute() {
        List<ScalingLaw.Point> points = List.of(
                new ScalingLaw.Point(3, 0.5),
                new ScalingLaw.Point(1, 1),
                new ScalingLaw.Point(2, 1.2),
                new ScalingLaw.Point(4, 0.5),
                new ScalingLaw.Point(5, 0.4));
        assertThat(ScalingLaw.frontier(points)).containsExactly(points.get(1), points.get(0), points.get(4));
    }
}
