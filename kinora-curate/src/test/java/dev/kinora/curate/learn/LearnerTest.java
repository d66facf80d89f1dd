package dev.kinora.curate.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnerTest {
    private static final List<String> COLUMNS = List.of("a", "b", "noise");

    /** 120 clips of 40 sources; the label is yes where {@code a} is above 0.6, or {@code b} is unknown. */
    private static Map<String, Learner.Case> cases(boolean told) {
        SplittableRandom random = new SplittableRandom(5);
        Map<String, Learner.Case> cases = new LinkedHashMap<>();
        for (int i = 0; i < 120; i++) {
            Map<String, @Nullable Double> row = new HashMap<>();
            double a = random.nextDouble();
            boolean unknown = random.nextDouble() < 0.2;
            row.put("a", a);
            row.put("b", unknown ? null : (Double) random.nextDouble());
            row.put("noise", random.nextDouble());
            boolean truth = a > 0.6 || unknown;
            cases.put("c%03d".formatted(i), new Learner.Case("s" + i / 3, row, told ? truth : random.nextBoolean()));
        }
        return cases;
    }

    @Test
    void learnsAThresholdAndWhatIsUnknown() {
        Forest forest = new Learner(COLUMNS, 1).learn("odd", Map.of("x", "x/1"), cases(true));
        assertThat(forest.validation().accuracy()).isGreaterThan(0.9);
        assertThat(forest.validation().majority().accuracy()).isLessThan(0.65);
        Map<String, @Nullable Double> row = new HashMap<>(Map.of("a", 0.9, "b", 0.5, "noise", 0.5));
        assertThat(forest.of(row)).isGreaterThan(0.8);
        row.put("a", 0.1);
        assertThat(forest.of(row)).isLessThan(0.2);
        row.put("b", null);
        assertThat(forest.of(row)).isGreaterThan(0.6);
    }

    @Test
    void labelsByChanceAreNotLearned() {
        Forest forest = new Learner(COLUMNS, 1).learn("odd", Map.of(), cases(false));
        assertThat(forest.validation().accuracy())
                .as("on sources it has not seen")
                .isLessThan(0.68);
    }

    @Test
    void aSourceIsNeverOnBothSides() {
        // The one score is the source's number and each source has a label by chance: only a leak could tell it.
        SplittableRandom random = new SplittableRandom(9);
        Map<String, Learner.Case> cases = new LinkedHashMap<>();
        for (int s = 0; s < 40; s++) {
            boolean label = random.nextBoolean();
            for (int i = 0; i < 4; i++) {
                cases.put(
                        "c" + s + "-" + i, new Learner.Case("s" + s, Map.of("a", random.nextDouble() + 10 * s), label));
            }
        }
        Forest forest = new Learner(List.of("a"), 1).learn("odd", Map.of(), cases);
        assertThat(forest.validation().count()).isEqualTo(160);
        assertThat(forest.validation().accuracy()).isLessThan(0.72);
    }

    @Test
    void comesBackAsItWasWrittenAndIsTheSameEveryTime(@TempDir Path folder) throws IOException {
        Forest forest = new Learner(COLUMNS, 1).learn("odd", Map.of("x", "x/1"), cases(true));
        forest.write(folder.resolve("a.json"));
        new Learner(COLUMNS, 1).learn("odd", Map.of("x", "x/1"), cases(true)).write(folder.resolve("b.json"));
        assertThat(Files.readString(folder.resolve("b.json"))).isEqualTo(Files.readString(folder.resolve("a.json")));
        assertThat(Forest.read(folder.resolve("a.json"))).isEqualTo(forest);
        Path bad = Files.writeString(folder.resolve("c.json"), "{\"format\": \"kinora-forest/9\"}");
        assertThatThrownBy(() -> Forest.read(bad))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("classifier: ");
    }

    @Test
    void refusesLabelsOfOneKind() {
        Map<String, Learner.Case> cases = new LinkedHashMap<>();
        cases(true).forEach((id, c) -> cases.put(id, new Learner.Case(c.source(), c.row(), true)));
        assertThatThrownBy(() -> new Learner(COLUMNS, 1).learn("odd", Map.of(), cases))
                .hasMessage("learn: labels of odd = 120 yes, 0 no (expected: two or more of each)");
    }

    @Test
    void figuresOfAConfusion() {
        Confusion c = Confusion.of(
                Map.of("a", true, "b", true, "c", true, "d", false, "e", false),
                Map.of("a", 0.9, "b", 0.4, "d", 0.5, "e", 0.1));
        assertThat(c).isEqualTo(new Confusion(1, 1, 1, 2, 1));
        assertThat(c.precision()).isEqualTo(0.5);
        assertThat(c.recall()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(c.f1()).isCloseTo(0.4, within(1e-12));
        assertThat(c.majority()).isEqualTo(new Confusion(3, 2, 0, 0, 0));
    }
}
