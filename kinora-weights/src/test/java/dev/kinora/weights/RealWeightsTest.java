package dev.kinora.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Files that other projects published. */
class RealWeightsTest {
    @Test
    void openAndHaveTheHashesOfTheirManifest() throws IOException {
        Optional<Path> assets = Goldens.asset("weights");
        Assumptions.assumeTrue(assets.isPresent(), "skipped: no shared assets beside the project");
        String manifest = Files.readString(assets.get().resolve("MANIFEST.tsv"));
        List<Path> files;
        try (Stream<Path> walk = Files.walk(assets.get())) {
            files = walk.filter(p -> p.toString().endsWith(".safetensors")).toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            Checkpoint checkpoint = Checkpoint.open(file);
            assertThat(checkpoint.names()).isNotEmpty();
            assertThat(checkpoint.bytes()).isPositive().isLessThan(Files.size(file));
            assertThat(manifest).contains(Hashes.sha256(file, Hashes.Progress.NONE));
        }
    }
}
