package dev.kinora.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.tensor.TensorScope;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two hundred generations in one process: resident memory stays where the first fifty left it. */
@Tag("slow")
class SoakTest {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Test
    void memoryStaysFlat() throws IOException {
        assumeTrue(Files.exists(STATUS), "skipped: no /proc to read resident memory from");
        VideoPipeline pipeline = VideoPipeline.open(Goldens.path("cogvideox/2b"), "");
        long settled = 0;
        for (int i = 1; i <= 200; i++) {
            GenerateRequest request = GenerateRequest.of("run " + i)
                    .size(48, 32)
                    .frames(9)
                    .steps(2)
                    .seed(i)
                    .build();
            long began = System.nanoTime();
            try (TensorScope scope = TensorScope.open("run")) {
                pipeline.generate(request, pipeline.plan(request, MachineMemory.total()), GenerateListener.SILENT);
            }
            if (i == 50) {
                settled = resident();
            }
            if (i % 25 == 0) {
                System.out.printf(
                        "run %d: %d MB resident, %.3f s%n", i, resident() >> 20, (System.nanoTime() - began) / 1e9);
            }
        }
        assertThat(resident()).as("bytes resident after 200 runs").isLessThan(settled + (48L << 20));
        assertThat(TensorScope.liveTensors()).isZero();
    }

    private static long resident() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
