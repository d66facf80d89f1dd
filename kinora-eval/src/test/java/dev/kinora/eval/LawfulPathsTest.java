package dev.kinora.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.eval.ToyboxReading.Place;
import dev.kinora.eval.ToyboxReading.SeenToy;
import dev.kinora.toybox.Stage;
import dev.kinora.toybox.Toy;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyState;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LawfulPathsTest {
    private static final ToyboxMix MIX = new ToyboxMix(96, 64, 17, 8, 0, 0, false);

    private static List<ToyboxSpec> specs(ToyMotion motion, int count) {
        return Stream.iterate(0L, seed -> seed + 1)
                .map(MIX::draw)
                .filter(s -> s.toys().getFirst().motion() == motion)
                .limit(count)
                .toList();
    }

    /** What a perfect reader reads, {@code late} frames late. */
    private static ToyboxReading read(ToyboxSpec spec, int late) {
        List<ToyState> states = Stage.run(spec);
        List<Place> path = new ArrayList<>();
        for (int f = 0; f < states.size(); f++) {
            ToyState s = states.get(Math.max(0, f - late));
            ToyState.Body b = s.bodies().getFirst();
            path.add(new Place(b.x() - s.view().x(), b.y() - s.view().y(), b.radius()));
        }
        Toy toy = spec.toys().getFirst();
        return new ToyboxReading(
                spec.scene(), false, List.of(new SeenToy(toy.object(), toy.color(), toy.motion(), path)), 1);
    }

    private static double mean(ToyMotion motion, int late) {
        LawfulPaths lawful = new LawfulPaths();
        specs(motion, 12).forEach(s -> lawful.add(s, read(s, late)));
        return lawful.mean();
    }

    @Test
    void truePathsLieNearOthersOfTheirLaw() {
        for (ToyMotion motion : ToyMotion.values()) {
            assertThat(mean(motion, 0)).as(motion.name()).isLessThan(0.025);
        }
    }

    @Test
    void aFallThatHangsInTheAirIsFar() {
        assertThat(mean(ToyMotion.FALLS, 4)).isGreaterThan(5 * mean(ToyMotion.FALLS, 0));
    }

    @Test
    void clipsOfTwoToysHaveNoLaw() {
        ToyboxSpec two = new ToyboxMix(96, 64, 17, 8, 1, 0, false).draw(1);
        LawfulPaths lawful = new LawfulPaths();
        assertThat(lawful.add(two, read(two, 0))).isEmpty();
        assertThat(lawful.mean()).isNaN();
    }
}
