package dev.kinora.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Torch;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.ToyboxMix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest
final class TrainersTest {
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
                List.of(new VaeTrainConfig.Phase(2, 1, 2), new VaeTrainConfig.Phase(2, 9, 1)),
                0.5,
                1e-4,
                optimizer,
                false,
                1,
                2);
    }

    /** Asks for a stop after the first step. */
    private static final class Stopper implements TrainListener {
        private boolean stop;

        @Override
        public void onStep(int step, int steps, Map<String, Double> metrics) {
            stop = true;
        }

        @Override
        public boolean shouldStop() {
            return stop;
        }
    }

    /** Stops a run as a kill would: by throwing out of the training loop right after a checkpoint. */
    private static final class Killer implements TrainListener {
        @Override
        public void onNote(String note) {
            if (note.equals("checkpoint at step 2")) {
                throw new IllegalStateException("killed");
            }
        }
    }

    @Test
    void aVaeRunThatIsKilledContinuesBitForBit() throws IOException {
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        try (VaeTrainer trainer = VaeTrainer.open(whole, vae(false))) {
            trainer.train(TrainListener.SILENT);
        }
        killAndResumeVae(broken, vae(false));
        assertThat(Files.readAllBytes(broken.resolve("checkpoint/weights.safetensors")))
                .isEqualTo(Files.readAllBytes(whole.resolve("checkpoint/weights.safetensors")));
        assertThat(losses(broken)).isEqualTo(losses(whole)).hasSize(4);
        assertThat(whole.resolve("reconstructions.png")).isNotEmptyFile();
        assertThat(whole.resolve("curves.png")).isNotEmptyFile();
    }

    private static void killAndResumeVae(Path at, VaeTrainConfig config) throws IOException {
        try (VaeTrainer trainer = VaeTrainer.open(at, config)) {
            trainer.train(new Killer());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        }
        try (VaeTrainer trainer = VaeTrainer.open(at, config)) {
            trainer.train(TrainListener.SILENT);
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

    @Test
    void clipsOfAStepFollowFromSeedAndStep() {
        ToyboxClips clips = new ToyboxClips(MIX);
        try (TensorScope ignored = TensorScope.open("clips")) {
            Tensor a = clips.batch(1, 7, 3, 2);
            assertThat(a.shape()).containsExactly(2, 3, 3, 16, 16);
            assertThat(a.equalTo(clips.batch(1, 7, 3, 2))).isTrue();
            assertThat(a.equalTo(clips.batch(1, 8, 3, 2))).isFalse();
            assertThat(a.abs().max().item()).isLessThanOrEqualTo(1);
        }
    }

    private static List<Double> losses(Path run) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            var row = JSON.readTree(line);
            if (row.has("loss")) {
                losses.add(row.path("loss").asDouble());
            }
        }
        return losses;
    }
}
