package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a checkpoint says of itself becomes the defaults, a note, and what {@code models show} tells. */
class ModelFactsCommandTest {
    @TempDir
    private Path dir;

    private Path model = Path.of("");

    @BeforeEach
    void copyTheTinyCheckpoint() throws IOException {
        model = dir.resolve("small-world");
        CheckpointFolder tiny = CheckpointFolder.open(Goldens.path("cogvideox/5b"));
        CheckpointFolder.write(model, tiny.index(), draft -> {
            for (CheckpointFolder.Component c : tiny.components()) {
                draft.copy(c);
            }
        });
        Files.writeString(model.resolve("transformer/training.json"), "{\"step\": 1200, \"config\": {\"batch\": 24}}");
        new ModelFacts("Toys that move.", 32, 48, 1, 4.0, 2, 1.0, List.of("32x48x1"), List.of("a", "red", "ball"))
                .write(model);
    }

    @Test
    void generatesByTheCheckpointsDefaultsAndSaysWhatItHasNotSeen() {
        Shell shell = Shell.run("generate 'A red fox' --model % --seed 1 --json --out %", model, dir.resolve("v.gif"));
        assertThat(shell.code()).as(shell.err()).isZero();
        JsonNode made = shell.json();
        assertThat(made.get("width").asInt()).isEqualTo(32);
        assertThat(made.get("height").asInt()).isEqualTo(48);
        assertThat(made.get("frames").asInt()).isEqualTo(1);
        assertThat(made.get("fps").asText()).isEqualTo("4");
        assertThat(made.at("/provenance/request/steps").asInt()).isEqualTo(2);
        assertThat(made.at("/provenance/request/guidance").asDouble()).isEqualTo(1);
        String note = "small-world has never seen: fox (it knows 3 words; kinora models show small-world lists them)";
        assertThat(shell.err()).contains(note);
        assertThat(made.at("/notices/0").asText()).isEqualTo(note);
    }

    @Test
    void whatIsAskedForWins() {
        Shell shell = Shell.run(
                "generate 'a red ball' --model % --seed 1 --steps 1 --guidance 2 --size 48x32 --fps 8 --json --out %",
                model, dir.resolve("v.gif"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.json().get("width").asInt()).isEqualTo(48);
        assertThat(shell.json().get("fps").asText()).isEqualTo("8");
        assertThat(shell.json().at("/provenance/request/steps").asInt()).isEqualTo(1);
        assertThat(shell.json().at("/provenance/request/guidance").asDouble()).isEqualTo(2);
        assertThat(shell.json().get("notices")).isEmpty();
    }

    @Test
    void showTellsIt() {
        Shell shell = Shell.run("models show %", model);
        assertThat(shell.out())
                .contains(
                        "Toys that move.",
                        "trained at 32x48x1",
                        "knows 3 words:",
                        "  a red ball",
                        "training of transformer:",
                        "  step: 1200",
                        "1 frames, 32x48, 4 frames per second, 2 steps, guidance 1");
        JsonNode json = Shell.run("models show % --json", model).json();
        assertThat(json.at("/knows/vocabulary").size()).isEqualTo(3);
        assertThat(json.at("/training/transformer/config/batch").asInt()).isEqualTo(24);
    }

    @Test
    void assemblesACheckpointOfOthersComponents() throws IOException {
        Path vae = model.resolve("vae");
        Path target = dir.resolve("assembled");
        Shell shell = Shell.run("models assemble % --model % --component vae=" + vae, target, model);
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.out()).contains("with another vae");
        assertThat(Files.readString(target.resolve("kinora.json")))
                .contains("\"ball\"")
                .doesNotContain("Toys that move.");
        assertThat(Files.mismatch(
                        vae.resolve("diffusion_pytorch_model.safetensors"),
                        target.resolve("vae/diffusion_pytorch_model.safetensors")))
                .isEqualTo(-1);
        assertThat(target.resolve("transformer/training.json")).isNotEmptyFile();
        Shell another = Shell.run(
                "models assemble % --model % --component vae=" + model.resolve("transformer"),
                dir.resolve("another"),
                model);
        assertThat(another.code()).isEqualTo(1);
        assertThat(another.errorLine()).contains("_class_name = CogVideoXTransformer3DModel (expected: Autoenc");
        assertThat(dir.resolve("another")).doesNotExist();
    }
}
