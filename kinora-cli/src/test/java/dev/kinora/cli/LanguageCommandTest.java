package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.media.VideoReader;
import dev.kinora.pipeline.Provenance;
import dev.kinora.testkit.ChatServer;
import dev.kinora.testkit.ChatServer.Reply;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask a language model, against a double of one. */
class LanguageCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void aPromptIsMadeRicherOnRequest() throws IOException {
        try (ChatServer server = ChatServer.start(q -> Reply.text("The video shows a red fox in deep snow."))) {
            Shell shell = Shell.run(
                    "prompt expand 'a fox' --base-url % --model writer --no-answers --prices 1:2 --json", server.url());
            assertThat(shell.code()).as(shell.err()).isZero();
            assertThat(shell.json().at("/expansion/expanded").asText()).isEqualTo("A red fox in deep snow.");
            assertThat(shell.json().at("/expansion/original").asText()).isEqualTo("a fox");
            assertThat(shell.json().at("/spent/cost").asDouble()).isEqualTo(20e-6);
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void aVideosRecordHoldsBothPromptsAlsoWhenItIsMadeAgain() throws IOException {
        Path first = folder.resolve("fox.mp4");
        Path again = folder.resolve("again.mp4");
        try (ChatServer server = ChatServer.start(q -> Reply.text("A red fox in deep snow."))) {
            Shell shell = Shell.run(
                    "generate 'a fox' --expand --base-url % --expand-model writer --no-answers --model % --steps 1"
                            + " --seed 1 --frames 1 --out %",
                    server.url(), Goldens.path("cogvideox/5b"), first);
            assertThat(shell.code()).as(shell.err()).isZero();
        }
        Shell replay = Shell.run("replay % --out %", first, again);
        assertThat(replay.code()).as(replay.err()).isZero();
        for (Path video : new Path[] {first, again}) {
            Provenance record = Provenance.parse(
                    "video", VideoReader.probe(video).metadata().getOrDefault(Provenance.METADATA_KEY, ""));
            assertThat(record.request().prompt()).isEqualTo("A red fox in deep snow.");
            assertThat(record.expansion()).isNotNull().satisfies(e -> {
                assertThat(e.original()).isEqualTo("a fox");
                assertThat(e.model()).isEqualTo("writer");
                assertThat(e.prompt()).isEqualTo("expand/1");
            });
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(Shell.run("prompt expand 'a fox' --base-url file:///x --model m")
                        .errorLine())
                .contains("endpoint = file://null (expected: an http or https address");
        assertThat(Shell.run("prompt expand 'a fox' --base-url http://127.0.0.1:9/v1")
                        .errorLine())
                .contains("--model = none");
        assertThat(Shell.run("prompt expand 'a fox' --base-url http://127.0.0.1:9/v1 --model m --max-cost 1")
                        .errorLine())
                .contains("max cost = 1.0 (expected: prices with it)");
        assertThat(Shell.run("curate caption % --captioner toybox --reader %", folder, folder)
                        .errorLine())
                .contains("--reader = " + folder);
        assertThat(Shell.run("curate caption % --base-url http://127.0.0.1:9/v1 --model m", folder)
                        .errorLine())
                .contains("manifest.json");
        assertThat(Shell.run("curate judge % --long-side 5000", folder).errorLine())
                .contains("--long-side = 5000 (expected: 32 to 1024)");
    }
}
