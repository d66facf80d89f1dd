package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFactsTest {
    private static final ModelFacts FACTS = new ModelFacts(
            "toys that move", 96, 64, 17, 8.0, 30, 4.5, List.of("96x64x17"), List.of("a", "red", "ball", "rolls"));

    @TempDir
    private Path dir;

    private CheckpointFolder checkpoint() throws IOException {
        Files.writeString(dir.resolve(ModelIndex.FILE), "{\"_class_name\": \"CogVideoXPipeline\"}");
        return CheckpointFolder.open(dir);
    }

    @Test
    void areReadAsTheyWereWritten() throws IOException {
        FACTS.write(dir);
        assertThat(ModelFacts.read(checkpoint())).isEqualTo(FACTS);
        ModelFacts.NONE.write(dir);
        assertThat(dir.resolve(ModelFacts.FILE)).content().isEqualToIgnoringWhitespace("{}");
        assertThat(ModelFacts.read(checkpoint())).isEqualTo(ModelFacts.NONE);
    }

    @Test
    void mayBeMissing() throws IOException {
        assertThat(ModelFacts.read(checkpoint())).isEqualTo(ModelFacts.NONE);
    }

    @Test
    void refuseWhatMakesNoSense() throws IOException {
        Files.writeString(dir.resolve(ModelFacts.FILE), "{\"generate\": {\"stepz\": 3}}");
        CheckpointFolder checkpoint = checkpoint();
        assertThatThrownBy(() -> ModelFacts.read(checkpoint))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("stepz")
                .hasMessageContaining("steps");
        Files.writeString(dir.resolve(ModelFacts.FILE), "{\"generate\": {\"width\": 0}}");
        assertThatThrownBy(() -> ModelFacts.read(checkpoint)).hasMessageContaining("width = 0 (expected: above 0");
    }

    @Test
    void nameTheWordsThatTheModelHasNotSeen() {
        assertThat(FACTS.unknownWords("A RED fox, a red fox-ball rolls!")).containsExactly("fox");
        assertThat(FACTS.unknownWords("a red ball")).isEmpty();
        assertThat(ModelFacts.NONE.unknownWords("anything at all")).isEmpty();
    }
}
