package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Engines by name. */
class EnginesTest {
    private static Engine create(String name, EngineSettings settings) {
        return Engines.create(name, Runs.PLAN, Runs.limits(1, 60), settings, CurateListener.SILENT);
    }

    @Test
    void localIsThere() {
        assertThat(create("local", EngineSettings.NONE)).isInstanceOf(LocalEngine.class);
        assertThatThrownBy(() -> create("local", new EngineSettings("spark://head:7077", Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("curate: engine = local (expected: spark");
    }

    @Test
    void whereSparkIsNotBuiltInTheRefusalSaysHowToGetIt() {
        assertThatThrownBy(() -> create("spark", EngineSettings.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("curate: engine = spark (expected: local; ./kinora builds that one in where its words are"
                        + " --engine spark, Maven with -Dkinora.spark)");
        assertThatThrownBy(() -> create("flink", EngineSettings.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("curate: engine = flink (expected: local)");
    }
}
