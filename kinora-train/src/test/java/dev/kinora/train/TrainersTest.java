package dev.kinora.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Torch;
import dev.kinora.testkit.TensorTest;
import dev.kinora.text.T5EncoderModel;
import dev.kinora.text.T5Tokenizer;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.weights.CheckpointFolder;
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

    private static DitTrainConfig dit() {
        OptimizerConfig optimizer =
                new OptimizerConfig(new LearningRate(1e-3, 1, 4, 0.1), true, 0.9, 0.95, 0.01, 1, 0.9);
        return new DitTrainConfig(5, 1, 1, 32, 64, 1, 12, 4, 0.1, 1, 4, 3, 2, optimizer, false, 1, 2, 4);
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
    void fromClipsToACheckpointThatLoads() throws IOException {
        Path encoder = folder.resolve("vae");
        try (VaeTrainer trainer = VaeTrainer.open(folder.resolve("vae-run"), vae(true))) {
            trainer.export(encoder);
        }
        Path cache = folder.resolve("latents");
        LatentCache.buildToybox(cache, encoder, MIX, 0, 24, 12, 2, TrainListener.SILENT);
        try (LatentCache open = LatentCache.open(cache)) {
            assertThat(open.size()).isEqualTo(24);
            assertThat(open.shape()).containsExactly(4, 3, 4, 4);
            assertThat(open.captions(23)).hasSize(2);
            assertThat(open.deviation()).isPositive();
        }

        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        Path target = folder.resolve("checkpoint");
        try (DitTrainer trainer = DitTrainer.open(whole, dit(), cache, encoder, 9)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(target, Map.of("commit", "none"));
        }
        try (DitTrainer trainer = DitTrainer.open(broken, dit(), cache, encoder, 9)) {
            trainer.train(new Killer());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        }
        try (DitTrainer trainer = DitTrainer.open(broken, dit(), cache, encoder, 9)) {
            trainer.train(TrainListener.SILENT);
        }
        assertThat(losses(broken)).isEqualTo(losses(whole)).hasSize(4);
        for (String file : List.of("weights", "optimizer", "ema")) {
            assertThat(Files.readAllBytes(broken.resolve("checkpoint/" + file + ".safetensors")))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(whole.resolve("checkpoint/" + file + ".safetensors")));
        }
        assertThat(whole.resolve("samples.png")).isNotEmptyFile();
        loads(target);
    }

    private static void loads(Path target) throws IOException {
        CheckpointFolder checkpoint = CheckpointFolder.open(target);
        assertThat(checkpoint.index().components().keySet())
                .containsExactlyInAnyOrder("scheduler", "text_encoder", "tokenizer", "transformer", "vae");
        try (T5EncoderModel text = T5EncoderModel.load(target.resolve("text_encoder"), "", DType.FP32);
                CogVideoXTransformer3DModel transformer =
                        CogVideoXTransformer3DModel.load(target.resolve("transformer"), DType.FP32);
                AutoencoderKLCogVideoX vae = AutoencoderKLCogVideoX.load(target.resolve("vae"), DType.FP32);
                T5Tokenizer tokenizer = T5Tokenizer.load(target.resolve("tokenizer"))) {
            assertThat(text.config().vocabSize()).isEqualTo(tokenizer.vocabularySize());
            assertThat(transformer.config().maxTextSeqLength()).isEqualTo(12);
            assertThat(vae.config().scalingFactor()).isPositive();
        }
        assertThat(JSON.readTree(target.resolve("transformer/training.json").toFile())
                        .path("commit")
                        .asText())
                .isEqualTo("none");
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
