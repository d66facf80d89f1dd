package dev.kinora.models.cogvideox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kinora.models.cogvideox.CogVideoXContextParallel.Part;
import dev.kinora.testkit.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A clip over several processes is the clip on one: output, loss and the gradient of every weight. */
class ContextParallelTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"2, '9,16,17'", "3, '9,17'"}) // odd and even clips; one latent a process, and uneven parts
    void computesWhatOneProcessComputes(int size, String frames) throws IOException, InterruptedException {
        List<Processes.Started> workers = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            workers.add(Processes.start(
                    ContextParallelWorker.class,
                    folder,
                    "rank" + rank,
                    Integer.toString(rank),
                    Integer.toString(size),
                    folder.resolve("rendezvous").toString(),
                    frames));
        }
        for (Processes.Started worker : workers) {
            int status = worker.await(300);
            assertThat(status).as(worker.text()).isZero();
            assertThat(worker.text()).endsWith("done\n");
        }
    }

    @Test
    void dealsFramesOutWithoutRest() {
        for (int size = 1; size <= 5; size++) {
            long frame = 0;
            long latent = 0;
            for (int rank = 0; rank < size; rank++) {
                Part part = Part.of(17, rank, size);
                assertThat(part.firstFrame()).isEqualTo(frame);
                assertThat(part.firstLatent()).isEqualTo(latent);
                frame += part.frames();
                latent += part.latents();
            }
            assertThat(frame).isEqualTo(17);
            assertThat(latent).isEqualTo(5);
        }
        assertThat(Part.of(16, 1, 2)).isEqualTo(new Part(8, 8, 2, 2, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Part.of(9, 0, 4))
                .withMessageContaining("frames = 9 (expected: 8 k or 8 k + 1, at least one latent");
    }
}
