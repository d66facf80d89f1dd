package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectCommandTest {
    @ParameterizedTest
    @CsvSource({
        "2b, text-to-video",
        "5b, text-to-video",
        "5b-i2v, image-to-video",
        "1.5-5b, text-to-video",
        "1.5-5b-i2v, image-to-video"
    })
    void showsEveryKindOfCheckpoint(String name, String task) {
        Shell shell = Shell.run("inspect % --json", Goldens.path("cogvideox/" + name));
        assertThat(shell.code()).as(shell.err()).isZero();
        JsonNode report = shell.json();
        assertThat(report.at("/defaults/task").asText()).isEqualTo(task);
        assertThat(report.at("/defaults/memory/phases").size()).isEqualTo(3);
        assertThat(report.get("components")).hasSize(5);
        long sum = 0;
        for (JsonNode c : report.get("components")) {
            sum += c.at("/weights/parameters").asLong();
        }
        assertThat(report.at("/total/parameters").asLong()).isEqualTo(sum).isPositive();
    }

    @Test
    void showsConfigsAndTensorsWhenAsked() {
        Path folder = Goldens.path("cogvideox/5b");
        String text = Shell.run("inspect % --config --tensors", folder).out();
        assertThat(text)
                .contains(
                        "CogVideoXTransformer3DModel", "\"num_layers\"", "transformer_blocks.0.attn1.to_q.weight BF16");
        JsonNode json = Shell.run("inspect % --config --tensors --json", folder).json();
        assertThat(json.at("/components/3/config/num_layers").asInt()).isPositive();
        assertThat(json.at("/components/3/tensors").size()).isPositive();
        assertThat(Shell.run("inspect %", folder).out()).doesNotContain("num_layers");
    }

    @Test
    void showsAComponentAlone() {
        Shell shell = Shell.run("inspect % --json", Goldens.path("cogvideox/5b/text_encoder"));
        assertThat(shell.json().get("files")).hasSize(2);
        assertThat(shell.json().at("/weights/dtypes/BF16").asLong()).isPositive();
    }

    @Test
    void refusesWhatItCannotRead(@TempDir Path dir) throws IOException {
        assertThat(Shell.run("inspect %", dir).errorLine()).contains("WHAT = " + dir + " (expected: a folder with");
        Path file = Files.writeString(dir.resolve("x.safetensors"), "short");
        assertThat(Shell.run("inspect %", file).code()).isEqualTo(1);
        Path text = Files.writeString(dir.resolve("x.txt"), "short");
        assertThat(Shell.run("inspect %", text).errorLine()).contains("FFmpeg");
    }

    @Test
    void countsReadLikeSpeech() {
        assertThat(Weights.count(812)).isEqualTo("812");
        assertThat(Weights.count(34_500)).isEqualTo("34.5 k");
        assertThat(Weights.count(2_300_000)).isEqualTo("2.30 M");
        assertThat(Weights.count(1_690_000_000)).isEqualTo("1.69 B");
    }

    @Test
    void listsModels() {
        assertThat(Shell.run("models list --json").json().get("models").isArray())
                .isTrue();
        Shell removed = Shell.run("models remove nobody/nothing-at-all");
        assertThat(removed.errorLine()).contains("OWNER/NAME = nobody/nothing-at-all (expected: a repository in");
    }
}
