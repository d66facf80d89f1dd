package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
    @TempDir
    private Path dir;

    @Test
    void movesEverythingIntoPlaceAtTheEnd() throws IOException {
        Path file = dir.resolve("deep/er/video.mp4");
        Path folder = dir.resolve("frames");
        Files.createDirectory(folder);
        try (Staging staging = new Staging(Interrupts.none())) {
            Files.writeString(staging.stage("--out", file), "v");
            Files.createDirectory(staging.stage("--frames", folder));
            Files.writeString(dir.resolve("x"), "untouched");
            assertThat(file).doesNotExist();
            staging.commit();
        }
        assertThat(file).hasContent("v");
        assertThat(folder).isDirectory();
        assertThat(names(dir)).containsExactly("deep", "frames", "x");
        assertThat(names(dir.resolve("deep/er"))).containsExactly("video.mp4");
    }

    @Test
    void leavesNothingWithoutCommit() throws IOException {
        try (Staging staging = new Staging(Interrupts.none())) {
            Files.writeString(staging.stage("--out", dir.resolve("video.mp4")), "half");
        }
        assertThat(names(dir)).isEmpty();
    }

    @Test
    void leavesNothingWhenTheProcessEnds() throws IOException {
        Interrupts interrupts = Interrupts.none();
        Staging staging = new Staging(interrupts);
        Files.writeString(staging.stage("--out", dir.resolve("video.mp4")), "half");
        interrupts.finished();
        interrupts.stop();
        assertThat(names(dir)).isEmpty();
        assertThat(interrupts.requested()).isTrue();
        assertThatThrownBy(interrupts::check).isInstanceOf(Interrupts.InterruptedWork.class);
    }

    @Test
    void refusesAFolderWithFilesAndAPlaceThatCannotBeWritten() throws IOException {
        Files.writeString(dir.resolve("file"), "x");
        try (Staging staging = new Staging(Interrupts.none())) {
            assertThatThrownBy(() -> staging.stage("--out", dir))
                    .hasMessageContaining(
                            "--out = " + dir + " (expected: a new name, or a folder with nothing but earlier frames)");
            assertThatThrownBy(() -> staging.stage("--out", dir.resolve("file/below")))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("a place that can be written");
            staging.stage("--out", dir.resolve("a"));
            assertThatThrownBy(() -> staging.stage("--save-latents", dir.resolve("./a")))
                    .hasMessageContaining("no other output");
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }
}
