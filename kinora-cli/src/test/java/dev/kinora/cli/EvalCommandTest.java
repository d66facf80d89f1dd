package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.eval.ToyboxReader;
import dev.kinora.eval.ToyboxReaderConfig;
import dev.kinora.eval.ToyboxReaderModel;
import dev.kinora.nn.Names;
import dev.kinora.tensor.Rng;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
final class EvalCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MODEL = Goldens.path("cogvideox/2b");

    @TempDir
    Path dir;

    private Path reader() throws IOException {
        Path folder = dir.resolve("reader");
        try (ToyboxReaderModel model = new ToyboxReaderModel(
                        ToyboxReaderConfig.of(List.of(8, 8, 16), 1, 16, 1, 2, 4, 8), Names.root());
                Rng rng = new Rng(1)) {
            model.initialize(rng);
            ToyboxReader.save(model, folder);
        }
        return folder;
    }

    @Test
    void readsGeneratedClipsAndGoesOnByItsJournal() throws IOException {
        Path reader = reader();
        Path journal = dir.resolve("run.jsonl");
        String command = "eval toybox --model % --reader % --sizes 48x32 --frames 9 --steps 1 --threads 1 --journal %"
                + " --contact-sheet % --json --prompts ";
        Shell first = Shell.run(command + "2", MODEL, reader, journal, dir.resolve("a.png"));
        assertThat(first.code()).as(first.err()).isZero();
        List<String> lines = Files.readAllLines(journal);
        assertThat(lines).hasSize(3);
        assertThat(dir.resolve("a.png")).isNotEmptyFile();
        Files.writeString(
                journal,
                lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2).substring(0, 20));
        Shell again = Shell.run(command + "2", MODEL, reader, journal, dir.resolve("b.png"));
        assertThat(again.out()).isEqualTo(first.out());
        assertThat(Files.readAllLines(journal)).isEqualTo(lines);
        JsonNode answer = JSON.readTree(first.out());
        assertThat(answer.at("/rates/0/attribute").asText()).isEqualTo("object");
        assertThat(answer.at("/rates/0/total").asInt()).isEqualTo(2);
        assertThat(Shell.run(command + "2 --seed 3", MODEL, reader, journal, dir.resolve("c.png"))
                        .errorLine())
                .contains("--journal = ")
                .contains("same settings");
    }

    @Test
    void generatesAsTheCheckpointIsUsed() throws IOException {
        CheckpointFolder tiny = CheckpointFolder.open(MODEL);
        Path own = dir.resolve("own");
        CheckpointFolder.write(own, tiny.index(), draft -> {
            for (CheckpointFolder.Component c : tiny.components()) {
                draft.copy(c);
            }
        });
        new ModelFacts(null, null, null, null, null, 1, 1.5, List.of(), List.of()).write(own);
        Path journal = dir.resolve("own.jsonl");
        Shell shell = Shell.run(
                "eval toybox --model % --reader % --sizes 48x32 --frames 1 --threads 1 --journal % --prompts 1",
                own, reader(), journal);
        assertThat(shell.code()).as(shell.err()).isZero();
        JsonNode settings = JSON.readTree(Files.readAllLines(journal).getFirst());
        assertThat(settings.path("steps").asInt()).isEqualTo(1);
        assertThat(settings.path("guidance").asDouble()).isEqualTo(1.5);
    }

    @Test
    void readsRenderedClips() throws IOException {
        Shell shell =
                Shell.run("eval toybox --rendered --reader % --prompts 4 --sizes 24x16,16x16 --frames 3", reader());
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.out()).contains("rendered: 4 clips of 24x16 16x16").contains("centres are off by");
        assertThat(Shell.run("eval toybox --rendered --reader %", dir.resolve("none"))
                        .errorLine())
                .contains("--reader = ")
                .contains("kinora train reader --export");
    }

    @Test
    void readsReconstructedClips() throws IOException {
        String command = "eval toybox --reconstructed --model % --reader % --prompts 2 --frames 1 --threads 1 --sizes ";
        Path reader = reader();
        Shell shell = Shell.run(command + "32x32", MODEL, reader);
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.out()).contains("autoencoder alone: 2 clips of 32x32");
        assertThat(Shell.run(command + "36x32", MODEL, reader).errorLine()).contains("--sizes = 36x32 (expected: ");
    }

    @Test
    void comparesReconstructions() {
        Shell shell = Shell.run(
                "eval vae --model % --clips 2 --size 48x32 --frames 9 --threads 1 --contact-sheet %",
                MODEL, dir.resolve("sheet.png"));
        assertThat(shell.code()).as(shell.err()).isZero();
        assertThat(shell.out()).contains("2 clips of toybox").contains("SSIM").contains("flicker");
        assertThat(dir.resolve("sheet.png")).isNotEmptyFile();
        assertThat(Shell.run("eval vae --model % --size 44x32", MODEL).errorLine())
                .contains("--size = 44x32 (expected: multiples of 8)");
    }
}
