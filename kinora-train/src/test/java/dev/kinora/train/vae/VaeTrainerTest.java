package dev.kinora.train.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.data.ClipDraws;
import dev.kinora.train.data.ClipLoader;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.ToyboxClips;
import dev.kinora.train.data.ToyboxSource;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Precision;
import dev.kinora.train.run.TrainListener;
import dev.kinora.weights.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@TensorTest(threads = 1)
final class VaeTrainerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private static VaeTrainConfig config(
            int size, int steps, VaeLossConfig.@Nullable Perceptual lpips, VaeLossConfig.@Nullable Gan gan) {
        return config(size, steps, lpips, gan, null, Precision.AUTO);
    }

    private static VaeTrainConfig config(
            int size,
            int steps,
            VaeLossConfig.@Nullable Perceptual lpips,
            VaeLossConfig.@Nullable Gan gan,
            VaeTrainConfig.@Nullable Start start,
            Precision precision) {
        OptimizerConfig optimizer =
                new OptimizerConfig(new LearningRate(1e-3, 1, steps, 0.1), false, 0.9, 0.99, 0.01, 1, 0.9);
        BatchShape clip = new BatchShape(size, size, 9, 1);
        return new VaeTrainConfig(
                3,
                new ToyboxMix(size, size, 9, 8, 0, 0, false),
                List.of(8, 8, 8),
                1,
                4,
                4,
                List.of(new VaeTrainConfig.Phase(
                        steps,
                        List.of(clip, new BatchShape(size + 8, size, 1, 2), new BatchShape(size, size + 8, 8, 1)))),
                new VaeLossConfig(VaeLossConfig.Reconstruction.L1, 1, 0.5, 2, 1e-4, lpips, gan),
                optimizer,
                precision,
                3, // reports and checkpoints interleave, so that open sums are part of a checkpoint
                2,
                start);
    }

    private static VaeLossConfig.Gan gan(boolean adaptive, double slope) {
        return new VaeLossConfig.Gan(0.1, 3, 1, adaptive, 4, 2, 1e-3, slope);
    }

    /** Stops a run as a kill would: by throwing out of the training loop right after a checkpoint. */
    private static final class Killer implements TrainListener {
        @Override
        public void onNote(String note) {
            if (note.equals("checkpoint at step 2") || note.equals("checkpoint at step 4")) {
                throw new IllegalStateException("killed");
            }
        }
    }

    private static void train(Path at, VaeTrainConfig config) throws IOException {
        try (VaeTrainer trainer = VaeTrainer.open(at, config)) {
            trainer.train(TrainListener.SILENT);
        }
    }

    private static void trainKilledTwice(Path at, VaeTrainConfig config) throws IOException {
        for (int i = 0; i < 2; i++) {
            try (VaeTrainer trainer = VaeTrainer.open(at, config)) {
                trainer.train(new Killer());
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("killed");
            }
        }
        train(at, config);
    }

    private static List<JsonNode> rows(Path run) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            rows.add(((com.fasterxml.jackson.databind.node.ObjectNode) JSON.readTree(line))
                    .without(List.of("seconds_per_step", "cpu_seconds_per_step")));
        }
        return rows;
    }

    @Test
    void aRunAgainstADiscriminatorThatIsKilledContinuesBitForBit() throws IOException {
        VaeTrainConfig config = config(16, 6, null, gan(true, 0.5));
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        train(whole, config);
        trainKilledTwice(broken, config);
        for (String file : List.of("weights", "optimizer", "ema", "discriminator/weights", "discriminator/optimizer")) {
            assertThat(Files.readAllBytes(broken.resolve("checkpoint/" + file + ".safetensors")))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(whole.resolve("checkpoint/" + file + ".safetensors")));
        }
        assertThat(rows(broken)).isEqualTo(rows(whole)).hasSize(6); // steps 1, 3, 6 and three validations
        assertThat(whole.resolve("reconstructions.png")).isNotEmptyFile();
        assertThat(whole.resolve("curves.png")).isNotEmptyFile();
    }

    @Test
    void theDecoderHearsTheDiscriminatorFromItsStartOn() throws IOException {
        Path at = folder.resolve("gan");
        VaeTrainConfig config = config(16, 4, null, gan(false, 0));
        try (VaeTrainer trainer = VaeTrainer.open(at, config)) {
            trainer.train(TrainListener.SILENT);
        }
        // reports: step 1; steps 2 and 3; of these only step 3 has the term
        List<JsonNode> rows = rows(at).stream().filter(r -> r.has("loss")).toList();
        assertThat(rows.getFirst().path("generator").asDouble()).isZero();
        assertThat(rows.getFirst().has("discriminator")).isFalse();
        assertThat(rows.get(1).path("generator").asDouble()).isNotZero();
        assertThat(rows.get(1).path("discriminator").asDouble()).isPositive();
        double withoutIt = rows.getFirst().path("l1").asDouble()
                + 0.5 * rows.getFirst().path("edge").asDouble()
                + 1e-4 * rows.getFirst().path("kl").asDouble();
        assertThat(rows.getFirst().path("loss").asDouble())
                .isCloseTo(withoutIt, org.assertj.core.api.Assertions.within(1e-6));
    }

    @Test
    void lpipsIsATermAndAMeasure() throws IOException {
        Optional<Path> file = Goldens.asset("weights/lpips/lpips_alexnet.safetensors");
        assumeTrue(file.isPresent(), "SKIPPED: ../shared/assets/weights/lpips is not on this machine");
        Path at = folder.resolve("lpips");
        train(
                at,
                config(
                        32,
                        2,
                        new VaeLossConfig.Perceptual(0.5, file.orElseThrow().toString(), false),
                        null));
        assertThat(rows(at).getFirst().path("lpips").asDouble()).isPositive();
        assertThat(rows(at).getLast().path("validation_lpips").asDouble()).isPositive();
    }

    @Test
    void sizesAndClipsOfAStepFollowFromSeedAndStep() {
        VaeTrainConfig config = VaeTrainConfig.mini();
        List<BatchShape> drawn = new ArrayList<>();
        for (int step = 501; step < 600; step++) {
            drawn.add(config.shape(step));
            assertThat(config.shape(step)).isEqualTo(drawn.getLast());
        }
        assertThat(drawn).containsAll(config.phases().getLast().shapes());

        BatchShape shape = new BatchShape(16, 24, 9, 3);
        ToyboxClips clips = new ToyboxClips(new ToyboxMix(16, 16, 17, 8, 0, 0, false));
        try (ClipLoader one = new ClipLoader(clips, 5, s -> shape, 9, 1, 0);
                ClipLoader many = new ClipLoader(clips, 5, s -> shape, 9, 3, 4)) {
            byte[] seventh = one.batch(7);
            assertThat(seventh).hasSize(3 * 9 * 24 * 16 * 3).isNotEqualTo(one.batch(8));
            many.batch(6);
            assertThat(many.batch(7)).isEqualTo(seventh);
            assertThat(one.batch(7)).isEqualTo(seventh);
        }
    }

    @Test
    void drawsFromANumberedSourceButForWhatIsHeldOut() {
        ToyboxSource source =
                new ToyboxSource(Map.of(new ClipShape(16, 16, 9), 4, new ClipShape(24, 16, 9), 2), 0, 8, 0, 0, 1);
        ClipDraws draws = ClipDraws.of(source, 1);
        ClipShape shape = new ClipShape(16, 16, 8);
        byte[] heldOut = draws.validation(0, shape);
        assertThat(heldOut).hasSize(8 * 16 * 16 * 3);
        assertThat(draws.validation(1, shape)).isEqualTo(heldOut);
        List<byte[]> seen = new ArrayList<>();
        for (long draw = 0; draw < 40; draw++) {
            byte[] clip = draws.training(draw, shape);
            assertThat(clip).isEqualTo(draws.training(draw, shape)).isNotEqualTo(heldOut);
            if (seen.stream().noneMatch(c -> java.util.Arrays.equals(c, clip))) {
                seen.add(clip);
            }
        }
        assertThat(seen).hasSizeBetween(4, 6); // three clips, cut at two places
    }

    /** Two steps more; where the result went. */
    private Path goOn(Path before, boolean decoderOnly, Precision precision) throws IOException {
        return goOn(new VaeTrainConfig.Start(before.toString(), decoderOnly, 0), "second", precision);
    }

    private Path goOn(VaeTrainConfig.Start start, String run, Precision precision) throws IOException {
        Path after = folder.resolve(run + "-export");
        try (VaeTrainer trainer = VaeTrainer.open(folder.resolve(run), config(16, 2, null, null, start, precision))) {
            trainer.train(TrainListener.SILENT);
            trainer.export(after, Map.of("commit", "none"));
        }
        return after;
    }

    @Test
    void anAutoencoderGoesOnFromWhereAnotherCameTo() throws IOException {
        Path first = folder.resolve("first");
        Path before = folder.resolve("before");
        try (VaeTrainer trainer = VaeTrainer.open(first, config(16, 2, null, null))) {
            trainer.train(TrainListener.SILENT);
            trainer.export(before, Map.of());
        }
        Path after = goOn(before, false, Precision.FP32);
        double whereItBegan =
                rows(folder.resolve("second")).getFirst().path("loss").asDouble();
        assertThat(whereItBegan)
                .as("of the same clips and noise as the first step from fresh weights")
                .isLessThan(rows(first).getFirst().path("loss").asDouble());
        assertThat(JSON.readTree(after.resolve("training.json").toFile())
                        .at("/config/start/training/step")
                        .asInt())
                .as("what the first one was made from")
                .isEqualTo(2);
        try (AutoencoderKLCogVideoX a = AutoencoderKLCogVideoX.load(before, null);
                AutoencoderKLCogVideoX b = AutoencoderKLCogVideoX.load(after, null)) {
            for (Parameter p : a.parameters().all()) {
                boolean same = p.value()
                        .equalTo(Objects.requireNonNull(b.parameters().get(p.key()))
                                .value());
                assertThat(same).as(p.key()).isFalse();
            }
        }
    }

    @Test
    void aDecoderLearnsOnWhileTheLatentsStay() throws IOException {
        VaeTrainConfig config = config(16, 2, null, null);
        Path before = folder.resolve("before");
        try (VaeTrainer trainer = VaeTrainer.open(folder.resolve("first"), config)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(before, Map.of());
        }
        Path after = goOn(before, true, Precision.BF16);
        assertThat(Files.readString(after.resolve("training.json")))
                .contains("\"commit\" : \"none\"", "\"source\" : \"Toybox\"")
                .as("the first encoder, by its hash")
                .contains(Hashes.sha256(before.resolve("diffusion_pytorch_model.safetensors"), Hashes.Progress.NONE))
                .doesNotContain(folder.toString());
        try (AutoencoderKLCogVideoX a = AutoencoderKLCogVideoX.load(before, null);
                AutoencoderKLCogVideoX b = AutoencoderKLCogVideoX.load(after, null)) {
            assertThat(b.config()).isEqualTo(a.config());
            for (Parameter p : a.parameters().all()) {
                boolean same = p.value()
                        .equalTo(Objects.requireNonNull(b.parameters().get(p.key()))
                                .value());
                assertThat(same).as(p.key()).isEqualTo(p.key().startsWith("encoder."));
            }
        }
    }

    @Test
    void anAnchorHoldsLatents() throws IOException {
        Path before = folder.resolve("before");
        try (VaeTrainer trainer = VaeTrainer.open(folder.resolve("first"), config(16, 2, null, null))) {
            trainer.train(TrainListener.SILENT);
            trainer.export(before, Map.of());
        }
        Path held = goOn(new VaeTrainConfig.Start(before.toString(), false, 1e4), "held", Precision.BF16);
        Path free = goOn(before, false, Precision.BF16);
        assertThat(moved(before, held)).isPositive().isLessThan(moved(before, free));
        assertThat(JSON.readTree(held.resolve("config.json").toFile()).path("scaling_factor"))
                .as("latents are used as before")
                .isEqualTo(JSON.readTree(before.resolve("config.json").toFile()).path("scaling_factor"));
        List<JsonNode> rows = rows(folder.resolve("held"));
        assertThat(rows.getFirst().path("anchor").asDouble()).isZero();
        assertThat(rows)
                .as("from the second step on")
                .anyMatch(r -> r.path("anchor").asDouble() > 0);
    }

    /** How far a clip's latents have come from where they were in training. */
    private static double moved(Path before, Path after) throws IOException {
        try (TensorScope ignored = TensorScope.open("moved");
                Rng rng = new Rng(5);
                AutoencoderKLCogVideoX a = AutoencoderKLCogVideoX.load(before, null);
                AutoencoderKLCogVideoX b = AutoencoderKLCogVideoX.load(after, null)) {
            Tensor clip = rng.randn(DType.FP32, 1, 3, 9, 16, 16);
            return a.encode(clip, VaeOptions.DEFAULT)
                    .mode()
                    .sub(b.encode(clip, VaeOptions.DEFAULT).mode())
                    .square()
                    .mean()
                    .item();
        }
    }

    @Test
    void aConfigIsItsJson() throws IOException {
        VaeTrainConfig config = config(16, 4, new VaeLossConfig.Perceptual(1, "file", true), gan(true, 0));
        String json = JSON.writeValueAsString(config);
        assertThat(json).contains("\"reconstruction\":\"l1\"", "\"precision\":\"auto\"");
        assertThat(JSON.readValue(json, VaeTrainConfig.class)).isEqualTo(config);
        assertThat(JSON.readValue(JSON.writeValueAsString(VaeTrainConfig.mini()), VaeTrainConfig.class))
                .isEqualTo(VaeTrainConfig.mini());
    }

    @Test
    void aRunThatIsAskedToStopSavesFirst() throws IOException {
        Path at = folder.resolve("stopped");
        try (VaeTrainer trainer = VaeTrainer.open(at, config(16, 4, null, null))) {
            trainer.train(new TrainListener() {
                @Override
                public boolean shouldStop(int done) {
                    return done == 1;
                }
            });
        }
        assertThat(JSON.readTree(at.resolve("checkpoint/state.json").toFile())
                        .path("step")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void aRunFolderKeepsToItsConfig() throws IOException {
        Path at = folder.resolve("run");
        VaeTrainer.open(at, config(16, 4, null, null)).close();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VaeTrainer.open(at, config(16, 5, null, null)))
                .withMessageContaining("config = another");
    }
}
