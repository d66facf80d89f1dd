package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CurateCutsCommandTest {
    @TempDir
    Path dir;

    @Test
    void findsTheSameSideBySide() throws Exception {
        Path clips = dir.resolve("clips");
        Shell rendered = Shell.run("toybox render % --clips 3 --frames 9 --size 64x64", clips);
        assertThat(rendered.code()).as(rendered.err()).isZero();
        Shell one = Shell.run("curate cuts % % % --json --workers 1", (Object[]) videos(clips));
        Shell all = Shell.run("curate cuts % % % --json --workers 3", (Object[]) videos(clips));
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(one.out()).contains("\"frames\" : 9");
        assertThat(all.out()).isEqualTo(one.out());
    }

    @Test
    void refusesWhatIsNoVideoBeforeWork() throws Exception {
        Path text = Files.writeString(dir.resolve("a.mp4"), "no video");
        Shell shell = Shell.run("curate cuts %", text);
        assertThat(shell.code()).isEqualTo(1);
        assertThat(shell.errorLine()).contains("file = " + text);
        assertThat(Shell.run("curate cuts % --workers 0", text).errorLine()).contains("--workers = 0");
    }

    private static Path[] videos(Path folder) throws Exception {
        try (var all = Files.walk(folder)) {
            return all.filter(f -> f.toString().endsWith(".mp4")).sorted().toArray(Path[]::new);
        }
    }
}
