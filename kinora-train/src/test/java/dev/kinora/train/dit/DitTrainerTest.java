package dev.kinora.train.dit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Processes;
import dev.kinora.testkit.TensorTest;
import dev.kinora.text.T5EncoderModel;
import dev.kinora.text.T5Tokenizer;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxRenderer;
import dev.kinora.train.data.BatchShape;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.ClipSource;
import dev.kinora.train.data.ToyboxSource;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.latents.LatentCacheBuilder;
import dev.kinora.train.latents.LatentGroup;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.optim.Precision;
import dev.kinora.train.run.TrainListener;
import dev.kinora.train.scaling.ScalingStudy;
import dev.kinora.train.vae.VaeLossConfig;
import dev.kinora.train.vae.VaeTrainConfig;
import dev.kinora.train.vae.VaeTrainer;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transformer trained on clips of three shapes: killed, resumed, accumulated, recomputed, exported. */
@TensorTest(threads = 1)
final class DitTrainerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ClipShape WIDE = new ClipShape(24, 16, 9);
    private static final ClipShape TALL = new ClipShape(16, 24, 9);
    private static final ClipShape STILL = new ClipShape(16, 16, 1);

    @TempDir
    static Path data;

    @TempDir
    Path folder;

    @BeforeAll
    static void latents() throws IOException {
        OptimizerConfig optimizer =
                new OptimizerConfig(new LearningRate(1e-3, 0, 1, 0.1), false, 0.9, 0.99, 0.01, 1, 0.9);
        VaeTrainConfig vae = new VaeTrainConfig(
                3,
                new ToyboxMix(16, 16, 9, 8, 0, 0, false),
                List.of(8, 8, 8, 8),
                1,
                4,
                4,
                List.of(new VaeTrainConfig.Phase(1, List.of(new BatchShape(16, 16, 1, 1)))),
                new VaeLossConfig(VaeLossConfig.Reconstruction.L1, 1, 0.5, 1, 1e-4, null, null),
                optimizer,
                Precision.FP32,
                1,
                1,
                null);
        try (VaeTrainer trainer = VaeTrainer.open(data.resolve("vae-run"), vae)) {
            trainer.export(data.resolve("vae"), Map.of());
        }
        builder(4).build(TrainListener.SILENT);
    }

    private static LatentCacheBuilder builder(int perShard) {
        Map<ClipShape, Integer> counts = new LinkedHashMap<>();
        counts.put(WIDE, 7);
        counts.put(TALL, 5);
        counts.put(STILL, 6);
        ToyboxSource source = new ToyboxSource(counts, 40, 8, 0.25, 0.2, 2);
        return new LatentCacheBuilder(data.resolve("latents"), data.resolve("vae"), source, perShard, 32, Device.CPU);
    }

    static DitTrainConfig config(int accumulate, boolean checkpointing, DitObjective objective) {
        return config(accumulate, checkpointing, false, objective);
    }

    private static DitTrainConfig config(int accumulate, boolean checkpointing, boolean pack, DitObjective objective) {
        OptimizerConfig optimizer =
                new OptimizerConfig(new LearningRate(1e-3, 1, 4, 0.1), true, 0.9, 0.95, 0.01, 1, 0.9);
        return new DitTrainConfig(
                new DitTrainConfig.Model(2, 1, 32, 64, 1, 9),
                new DitRecipe(5, objective, 200, accumulate, checkpointing, pack, 2, 3, 2, optimizer, false, 1, 2, 4));
    }

    private static DitTrainConfig config() {
        return config(2, false, DitObjective.velocity());
    }

    private static DitTrainer open(Path at, DitTrainConfig config, boolean onDevice) throws IOException {
        return DitTrainer.open(at, config, data.resolve("latents"), data.resolve("vae"), Device.CPU, onDevice);
    }

    private static List<Double> train(Path at, DitTrainConfig config, boolean onDevice) throws IOException {
        try (DitTrainer trainer = open(at, config, onDevice)) {
            trainer.train(TrainListener.SILENT);
        }
        return losses(at);
    }

    private static List<Double> losses(Path run) throws IOException {
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            JsonNode row = JSON.readTree(line);
            if (row.has("loss")) {
                losses.add(row.get("loss").asDouble());
            }
        }
        return losses;
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
    void theCacheHoldsClipsOfManyShapes() throws IOException {
        try (LatentCache cache = LatentCache.open(data.resolve("latents"))) {
            assertThat(cache.shapes()).containsExactly(WIDE, TALL, STILL);
            assertThat(cache.size()).isEqualTo(18);
            assertThat(cache.textLength()).isEqualTo(32);
            LatentGroup wide = cache.groups().getFirst();
            Tensor fromDisk = wide.latents(Device.CPU, 6, 0, 3);
            assertThat(fromDisk.shape()).containsExactly(3, 4, 3, 2, 3);
            cache.moveTo(Device.CPU);
            assertThat(wide.latents(Device.CPU, 6, 0, 3).equalTo(fromDisk)).isTrue();
            long[] ids = wide.ids(new int[] {2, 2}, new int[] {1, LatentGroup.NO_TEXT}, new long[32]);
            try (T5Tokenizer tokenizer = T5Tokenizer.load(cache.tokenizer())) {
                String caption = JSON.readTree(Files.readAllLines(data.resolve("latents/24x16x9/captions-00000.jsonl"))
                                .get(2))
                        .at("/captions/1")
                        .asText();
                assertThat(Arrays.copyOf(ids, 32))
                        .isEqualTo(tokenizer.encode(caption, 32).ids());
            }
            assertThat(Arrays.copyOfRange(ids, 32, 64)).containsOnly(0);
        }
    }

    @Test
    void theCacheKnowsWhereToysAre() throws IOException {
        try (LatentCache cache = LatentCache.open(data.resolve("latents"))) {
            assertThat(cache.hasForeground()).isTrue();
            Tensor shares = cache.groups().getFirst().foreground(Device.CPU, 6, 0, 3);
            assertThat(shares.shape()).containsExactly(3, 3, 2, 3);
            double covered = 0;
            for (byte b : ToyboxRenderer.coverage(new ToyboxMix(24, 16, 9, 8, 0.25, 0.2, false).draw(46), 0, 9)) {
                covered += (b & 255) / 255.0;
            }
            double[] weights = {1, 4, 4}; // frames of a latent
            double sum = 0;
            for (int f = 0; f < 3; f++) {
                sum += 64 * weights[f] * shares.select(0, 0).select(0, f).sum().item();
            }
            assertThat(sum).isCloseTo(covered, withPercentage(0.2));
        }
    }

    @Test
    void errorsInTheForegroundCountMoreTheLessNoiseThereIs() {
        Tensor x0 = Tensors.zeros(DType.FP32, 2, 1, 4, 1, 2);
        Tensor shares = Tensors.of(new float[] {1, 0, 1, 0}, 2, 1, 1, 1, 2);
        DitLoss loss = DitLoss.of(DitObjective.velocity(), false);
        try (Rng rng = new Rng(1)) {
            DitLoss.Problem plain = loss.problem(x0, new double[] {0, 999}, rng);
            DitLoss.Problem weighted = plain.weighted(shares, 5);
            Tensor w = weighted.weights();
            assertThat(w.mean().item()).isCloseTo(1, within(1e-6));
            assertThat(w.select(0, 0).flatten(0, -1).toFloats()[0]
                            / w.select(0, 0).flatten(0, -1).toFloats()[1])
                    .isCloseTo(5f, within(0.01f));
            assertThat(w.select(0, 1).flatten(0, -1).toFloats()[0]
                            / w.select(0, 1).flatten(0, -1).toFloats()[1])
                    .as("of noise alone")
                    .isCloseTo(1f, within(1e-6f));
            Tensor off = plain.target().add(Tensors.of(new float[] {2, 1, 2, 1}, 2, 1, 1, 1, 2));
            assertThat(plain.errorIn(shares, off).item()).isCloseTo(4, within(1e-5));
        }
    }

    @Test
    void aForegroundThatIsNotKnownCannotCountMore() throws IOException {
        DitObjective objective =
                new DitObjective(DitObjective.Target.VELOCITY, 1, 0, 4, DitObjective.Timestep.UNIFORM, 0.1, false, 0);
        assertThat(train(folder.resolve("weighted"), config(2, false, objective), false))
                .hasSize(4)
                .isNotEqualTo(train(folder.resolve("plain"), config(), false));
        Path latents = folder.resolve("latents");
        ToyboxSource toys = new ToyboxSource(Map.of(STILL, 4), 0, 8, 0, 0, 1);
        ClipSource videos = new ClipSource() {
            @Override
            public Map<ClipShape, Integer> counts() {
                return toys.counts();
            }

            @Override
            public Clip clip(ClipShape shape, int index) {
                return toys.clip(shape, index);
            }

            @Override
            public Map<String, String> provenance() {
                return toys.provenance();
            }
        };
        new LatentCacheBuilder(latents, data.resolve("vae"), videos, 4, 32, Device.CPU).build(TrainListener.SILENT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DitTrainer.open(
                        folder.resolve("unknown"),
                        config(2, false, objective),
                        latents,
                        data.resolve("vae"),
                        Device.CPU,
                        false))
                .withMessageContaining("latent cache: foreground = none");
    }

    @Test
    void aBuildGoesOnWhereItWasAndRefusesAnother() throws IOException {
        Path shard = data.resolve("latents/16x24x9/latents-00001.safetensors");
        byte[] before = Files.readAllBytes(shard);
        Files.delete(shard);
        builder(4).build(TrainListener.SILENT);
        assertThat(Files.readAllBytes(shard)).isEqualTo(before);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder(5).build(TrainListener.SILENT))
                .withMessageContaining("config = another");
    }

    @Test
    void aRunThatIsKilledContinuesBitForBit() throws IOException {
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        List<Double> losses = train(whole, config(), false);
        try (DitTrainer trainer = open(broken, config(), false)) {
            trainer.train(new Killer());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        }
        assertThat(train(broken, config(), true))
                .as("resumed with latents in memory instead of on disk")
                .isEqualTo(losses)
                .hasSize(4);
        for (String file : List.of("weights", "optimizer", "ema")) {
            assertThat(Files.readAllBytes(broken.resolve("checkpoint/" + file + ".safetensors")))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(whole.resolve("checkpoint/" + file + ".safetensors")));
        }
        assertThat(whole.resolve("samples.png")).isNotEmptyFile();
        assertThat(whole.resolve("curves.png")).isNotEmptyFile();
    }

    @Test
    void partsAndRecomputationGiveTheSameCurve() throws IOException {
        DitObjective minSnr =
                new DitObjective(DitObjective.Target.VELOCITY, 1, 5, 1, DitObjective.Timestep.UNIFORM, 0.1, true, 0.2);
        List<Double> whole = train(folder.resolve("whole"), config(1, false, minSnr), false);
        List<Double> inParts = train(folder.resolve("parts"), config(2, false, minSnr), false);
        List<Double> recomputed = train(folder.resolve("recomputed"), config(2, true, minSnr), false);
        for (int i = 0; i < whole.size(); i++) {
            assertThat(inParts.get(i)).as("step " + (i + 1)).isCloseTo(whole.get(i), withPercentage(1e-3));
            assertThat(recomputed.get(i)).as("step " + (i + 1)).isCloseTo(whole.get(i), withPercentage(1e-3));
        }
    }

    @Test
    void twoProcessesLearnWhatOneLearns() throws IOException, InterruptedException {
        Path together = folder.resolve("together");
        List<Processes.Started> workers = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            workers.add(Processes.start(
                    DitProcessesWorker.class,
                    folder,
                    "rank" + rank,
                    Integer.toString(rank),
                    "2",
                    folder.resolve("rendezvous").toString(),
                    together.toString(),
                    data.toString()));
        }
        for (Processes.Started worker : workers) {
            assertThat(worker.await(300)).as(worker.text()).isZero();
        }
        // two parts of a step in one process have the same clips as two processes
        List<Double> alone = train(folder.resolve("alone"), config(2, false, DitObjective.velocity()), false);
        List<Double> shared = losses(together);
        assertThat(shared).hasSameSizeAs(alone);
        for (int i = 0; i < alone.size(); i++) {
            assertThat(shared.get(i)).as("step " + (i + 1)).isCloseTo(alone.get(i), withPercentage(1e-3));
        }
    }

    @Test
    void clipsOfAllShapesTrainInOneSequence() throws IOException {
        DitTrainConfig packed = config(2, false, true, DitObjective.velocity());
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        List<Double> losses = train(whole, packed, false);
        try (DitTrainer trainer = open(broken, packed, false)) {
            trainer.train(new Killer());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        }
        assertThat(train(broken, packed, false)).isEqualTo(losses).hasSize(4);
        List<Double> buckets = train(folder.resolve("buckets"), config(), false);
        assertThat(losses.getFirst()).as("an untrained model's loss").isCloseTo(buckets.getFirst(), withPercentage(20));
    }

    @Test
    void aFlowTrainsAndIsExportedWithItsScheduler() throws IOException {
        DitObjective flow =
                new DitObjective(DitObjective.Target.FLOW, 2, 0, 1, DitObjective.Timestep.LOGIT_NORMAL, 0.1, false, 0);
        Path target = folder.resolve("flow");
        try (DitTrainer trainer = open(folder.resolve("run"), config(1, false, flow), false)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(target, Map.of());
        }
        JsonNode scheduler =
                JSON.readTree(target.resolve("scheduler/scheduler_config.json").toFile());
        assertThat(scheduler.path("_class_name").asText()).isEqualTo("FlowMatchEulerDiscreteScheduler");
        assertThat(scheduler.path("shift").asDouble()).isEqualTo(2);
    }

    @Test
    void aStudyOfSizesAndDataIsRecordedAndGoesOn() throws IOException {
        ScalingStudy study = new ScalingStudy(
                folder.resolve("scaling"),
                List.of(new ScalingStudy.Size(1, 1), new ScalingStudy.Size(2, 1)),
                List.of(3, 12),
                config());
        JsonNode first =
                study.run(data.resolve("latents"), data.resolve("vae"), Device.CPU, false, TrainListener.SILENT);
        assertThat(first.get("runs")).hasSize(4);
        for (JsonNode run : first.get("runs")) {
            assertThat(run.get("points")).hasSize(2);
            assertThat(run.at("/points/1/flops").asDouble())
                    .isGreaterThan(run.at("/points/0/flops").asDouble());
        }
        assertThat(folder.resolve("scaling/scaling.png")).isNotEmptyFile();
        assertThat(folder.resolve("scaling/scaling.md"))
                .content()
                .contains("| model | weights | FLOP | 3 clips | 12 clips |", "| 2 layers, 1 heads | ");
        JsonNode again =
                study.run(data.resolve("latents"), data.resolve("vae"), Device.CPU, false, TrainListener.SILENT);
        assertThat(again).isEqualTo(first);
    }

    @Test
    void anExportLoads() throws IOException {
        Path target = folder.resolve("checkpoint");
        try (DitTrainer trainer = open(folder.resolve("run"), config(), false)) {
            trainer.export(target, Map.of("commit", "none"));
        }
        CheckpointFolder checkpoint = CheckpointFolder.open(target);
        assertThat(checkpoint.index().components().keySet())
                .containsExactlyInAnyOrder("scheduler", "text_encoder", "tokenizer", "transformer", "vae");
        try (T5EncoderModel text = T5EncoderModel.load(target.resolve("text_encoder"), "", DType.FP32);
                CogVideoXTransformer3DModel transformer =
                        CogVideoXTransformer3DModel.load(target.resolve("transformer"), DType.FP32);
                AutoencoderKLCogVideoX vae = AutoencoderKLCogVideoX.load(target.resolve("vae"), DType.FP32);
                T5Tokenizer tokenizer = T5Tokenizer.load(target.resolve("tokenizer"))) {
            assertThat(text.config().vocabSize()).isEqualTo(tokenizer.vocabularySize());
            assertThat(transformer.config().maxTextSeqLength()).isEqualTo(32);
            assertThat(transformer.config().sampleHeight()).isEqualTo(3);
            assertThat(transformer.config().sampleWidth()).isEqualTo(3);
            assertThat(vae.config().scalingFactor()).isPositive();
        }
        ModelFacts use = ModelFacts.read(checkpoint);
        assertThat(use.frames()).isEqualTo(config().model().frames());
        assertThat(use.fps()).isEqualTo(8);
        assertThat(use.vocabulary()).contains("ball").doesNotContain(",");
        assertThat(use.sizes()).isNotEmpty();
        JsonNode facts =
                JSON.readTree(target.resolve("transformer/training.json").toFile());
        assertThat(facts.path("commit").asText()).isEqualTo("none");
        assertThat(facts.at("/data/source/seeds").asText()).isEqualTo("40 to 57");
        assertThat(target.resolve("vae/training.json"))
                .as("how the autoencoder was made")
                .hasSameTextualContentAs(data.resolve("vae/training.json"));
    }

    @Test
    void timestepsOfAStepAreSpread() {
        DitLoss loss = DitLoss.of(DitObjective.velocity(), false);
        try (TensorScope ignored = TensorScope.open("levels");
                Rng rng = new Rng(1)) {
            double[] levels = loss.levels(rng, 10, 0, 1);
            for (int i = 0; i < levels.length; i++) {
                assertThat(levels[i]).isBetween(100.0 * i, 100.0 * i + 99);
            }
        }
    }
}
