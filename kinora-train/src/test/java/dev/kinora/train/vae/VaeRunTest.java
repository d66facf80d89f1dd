package dev.kinora.train.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.tensor.Torch;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Precision;
import dev.kinora.train.run.TrainListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
final class VaeRunTest {
    private static final ToyboxMix MIX = new ToyboxMix(16, 16, 9, 8, 0, 0, false);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static int threads;

    @TempDir
    Path folder;

    /** Tiny operations gain nothing from more threads, and lose much where the machine is busy. */
    @BeforeAll
    static void oneThread() {
        threads = Torch.threads();
        Torch.setThreads(1);
    }

    @AfterAll
    static void asBefore() {
        Torch.setThreads(threads);
    }

    private static final VaeLossConfig LOSSES =
            new VaeLossConfig(VaeLossConfig.Reconstruction.L1, 1, 0.5, 2, 1e-4, null, null);

    private static VaeTrainConfig vae(boolean muon) {
        OptimizerConfig optimizer =
                new OptimizerConfig(new LearningRate(1e-3, 1, 4, 0.1), muon, 0.9, 0.99, 0.01, 1, 0.9);
        return new VaeTrainConfig(
                3,
                MIX,
                List.of(8, 8, 8),
                1,
                4,
                4,
                List.of(
                        new VaeTrainConfig.Phase(
                                2, List.of(new BatchShape(16, 16, 1, 2), new BatchShape(24, 16, 1, 1))),
                        new VaeTrainConfig.Phase(
                                2, List.of(new BatchShape(16, 16, 9, 1), new BatchShape(16, 24, 8, 1)))),
                LOSSES,
                optimizer,
                Precision.FP32,
                1,
                2,
                null);
    }

    /** Asks for a stop after the first step. */
    private static final class Stopper implements TrainListener {
        @Override
        public boolean shouldStop(int done) {
            return done == 1;
        }
    }

    @Test
    void aRunThatIsAskedToStopSavesFirst() throws IOException {
        Path at = folder.resolve("stopped");
        try (VaeTrainer trainer = VaeTrainer.open(at, vae(false))) {
            trainer.train(new Stopper());
        }
        assertThat(JSON.readTree(at.resolve("checkpoint/state.json").toFile())
                        .path("step")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void aRunFolderKeepsToItsConfig() throws IOException {
        Path at = folder.resolve("run");
        VaeTrainer.open(at, vae(false)).close();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VaeTrainer.open(at, vae(true)))
                .withMessageContaining("config = another");
    }
}
