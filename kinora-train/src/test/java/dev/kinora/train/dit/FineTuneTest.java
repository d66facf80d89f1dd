package dev.kinora.train.dit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.lora.Lora;
import dev.kinora.models.lora.LoraFile;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Closeness;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.text.T5EncoderModel;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.ToyboxSource;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.latents.LatentCacheBuilder;
import dev.kinora.train.latents.LatentGroup;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;
import dev.kinora.train.run.TrainListener;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.Hashes;
import dev.kinora.weights.ModelFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of several kinds trained further: the file or folder that comes out is what was trained. */
@TensorTest(threads = 1)
final class FineTuneTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final FineTuneConfig.LoraSettings LORA =
            new FineTuneConfig.LoraSettings(2, 3, List.of("to_q", "to_out.0", "ff.net.2", "proj_out"));

    @TempDir
    Path folder;

    private Path latents(Path checkpoint, int textLength, ClipShape... shapes) throws IOException {
        return latents(checkpoint, textLength, 3, shapes);
    }

    private Path latents(Path checkpoint, int textLength, int each, ClipShape... shapes) throws IOException {
        Map<ClipShape, Integer> counts = new LinkedHashMap<>();
        for (ClipShape s : shapes) {
            counts.put(s, each);
        }
        Path at = folder.resolve("latents");
        new LatentCacheBuilder(
                        at,
                        checkpoint.resolve("vae"),
                        new ToyboxSource(counts, 7, 8, 0, 0, 2),
                        2,
                        textLength,
                        Device.CPU,
                        checkpoint.resolve("tokenizer"))
                .build(TrainListener.SILENT);
        return at;
    }

    private static FineTuneConfig config(
            Path checkpoint, FineTuneConfig.@Nullable LoraSettings lora, boolean firstFrame, boolean checkpointing) {
        DitRecipe r =
                FineTuneConfig.of(checkpoint.toString(), lora, firstFrame, 4).recipe();
        OptimizerConfig optimizer = new OptimizerConfig(new LearningRate(0.02, 0, 4, 1), false, 0.9, 0.95, 0, 1, 0.5);
        return new FineTuneConfig(
                checkpoint.toString(),
                lora,
                new DitRecipe(
                        r.seed(), r.objective(), 60, 1, checkpointing, false, 1, 3, 2, optimizer, false, 1, 2, 4));
    }

    private static DitTrainer tune(Path run, FineTuneConfig config, Path latents, boolean cacheOnDevice)
            throws IOException {
        return DitTrainer.tune(run, config, latents, Device.CPU, cacheOnDevice, null, TrainListener.SILENT);
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

    private static final class Killer implements TrainListener {
        @Override
        public void onNote(String note) {
            if (note.equals("checkpoint at step 2")) {
                throw new IllegalStateException("killed");
            }
        }
    }

    /** The prediction for fixed inputs. */
    private static Tensor predict(CogVideoXTransformer3DModel model) {
        var c = model.config();
        try (Rng rng = new Rng(1)) {
            Tensor x = rng.randn(DType.FP32, 1, 2, c.inChannels(), 4, 4);
            Tensor text = rng.randn(DType.FP32, 1, c.maxTextSeqLength(), c.textEmbedDim());
            Tensor ofs = c.ofsEmbedDim() == null ? null : Tensors.full(2, DType.FP32, 1);
            return Grad.off(() ->
                    model.forward(x, text, Tensors.full(499, DType.INT64, 1), ofs, model.rotaryEmbedding(2, 4, 4)));
        }
    }

    @Test
    void everyCaptionHasItsOwnStatesHoweverManyAreEncodedAtOnce() throws IOException {
        Path checkpoint = Goldens.path("cogvideox/native");
        Path encoder = checkpoint.resolve("text_encoder");
        Path states = folder.resolve("text");
        long[] noText = new long[12];
        List<Integer> heard = new ArrayList<>();
        try (LatentCache cache = LatentCache.open(latents(checkpoint, 12, 35, new ClipShape(16, 16, 1)));
                T5EncoderModel model = T5EncoderModel.load(encoder, "", null)) {
            TextStates.make(states, cache, encoder, noText, false, Device.CPU, new TrainListener() {
                @Override
                public void onStep(int step, int steps, Map<String, Double> metrics) {
                    heard.add(step);
                }
            });
            LatentGroup group = cache.groups().getFirst();
            int[] clips = {34, 0, 31, 32, 5};
            int[] captions = {1, 0, 1, 0, LatentGroup.NO_TEXT};
            try (TextStates texts = TextStates.open(states, cache, Device.CPU)) {
                Tensor found = texts.of(group, clips, captions);
                for (int i = 0; i < clips.length; i++) {
                    long[] own = group.ids(new int[] {clips[i]}, new int[] {captions[i]}, noText);
                    Tensor alone = Grad.off(() -> model.forward(Tensors.of(own, 1, 12)));
                    assertThat(Closeness.relativeError(found.narrow(0, i, 1), alone))
                            .as("clip %d, by an encoder in 16 bits", clips[i])
                            .isLessThan(2e-2);
                    assertThat(Closeness.relativeError(found.narrow(0, (i + 1) % clips.length, 1), alone))
                            .as("another caption's states")
                            .isGreaterThan(0.1);
                }
            }
        }
        assertThat(heard).containsExactly(35);
    }

    @Test
    void statesForProductsIn16BitsAreKeptInThem() throws IOException {
        Path checkpoint = Goldens.path("cogvideox/2b");
        Path encoder = checkpoint.resolve("text_encoder");
        long[] noText = new long[16];
        try (LatentCache cache = LatentCache.open(latents(checkpoint, 16, 2, new ClipShape(16, 16, 1)))) {
            List<Tensor> found = new ArrayList<>();
            for (boolean bf16 : List.of(false, true)) {
                Path states = folder.resolve("text " + bf16);
                TextStates.make(states, cache, encoder, noText, bf16, Device.CPU, TrainListener.SILENT);
                try (TextStates texts = TextStates.open(states, cache, Device.CPU)) {
                    found.add(texts.of(cache.groups().getFirst(), new int[] {1, 0}, new int[] {1, 0}));
                }
            }
            assertThat(found.getFirst().dtype()).isEqualTo(DType.FP32);
            assertThat(found.get(1).dtype()).isEqualTo(DType.BF16);
            Tensor rounded = found.getFirst().to(DType.BF16).to(DType.FP32);
            assertThat(found.get(1).to(DType.FP32).toFloats()).isEqualTo(rounded.toFloats());
        }
    }

    @Test
    void aLoraIsTrainedResumedAndLoadedAgain() throws IOException {
        Path checkpoint = Goldens.path("cogvideox/native");
        Path latents = latents(checkpoint, 12, new ClipShape(16, 16, 9), new ClipShape(24, 16, 1));
        Path whole = folder.resolve("whole");
        Path broken = folder.resolve("broken");
        Path file = folder.resolve("mine.safetensors");
        try (DitTrainer trainer = tune(whole, config(checkpoint, LORA, false, false), latents, false)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(file, Map.of());
        }
        try (DitTrainer trainer = tune(broken, config(checkpoint, LORA, false, false), latents, false)) {
            trainer.train(new Killer());
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("killed");
        }
        try (DitTrainer trainer = tune(broken, config(checkpoint, LORA, false, false), latents, true)) {
            trainer.train(TrainListener.SILENT);
        }
        assertThat(losses(broken)).isEqualTo(losses(whole)).hasSize(4);
        assertThat(whole.resolve("samples.png")).isNotEmptyFile();
        assertThat(folder.resolve("mine.safetensors.json")).isNotEmptyFile();
        try (var model = CogVideoXTransformer3DModel.load(checkpoint.resolve("transformer"), DType.FP32)) {
            Tensor before = predict(model);
            try (Lora lora =
                    Lora.attach(model.parameters(), "transformer", List.of(new Lora.Scaled(LoraFile.open(file), 1)))) {
                assertThat(lora.reports().getFirst().matched()).hasSize(2 * 3 + 1);
                assertThat(lora.reports().getFirst().unmatched()).isEmpty();
                assertThat(Closeness.relativeError(predict(model), before)).isGreaterThan(1e-3);
            }
        }
    }

    @Test
    void allWeightsOfAnImageModelThatPatchesTimeAreTrained() throws IOException {
        Path checkpoint = Goldens.path("cogvideox/1.5-5b-i2v");
        // three latent frames: one is added in front
        Path latents = latents(checkpoint, 16, new ClipShape(32, 32, 9));
        Path run = folder.resolve("run");
        Path target = folder.resolve("tuned");
        try (DitTrainer trainer = tune(run, config(checkpoint, null, true, true), latents, false)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(target, Map.of());
        }
        assertThat(losses(run)).hasSize(4).allMatch(Double::isFinite);
        CheckpointFolder tuned = CheckpointFolder.open(target);
        assertThat(tuned.index().components().keySet())
                .isEqualTo(
                        CheckpointFolder.open(checkpoint).index().components().keySet());
        String facts = Files.readString(target.resolve("transformer/training.json"));
        assertThat(facts)
                .contains(Hashes.sha256(
                        checkpoint.resolve("transformer/diffusion_pytorch_model.safetensors"), Hashes.Progress.NONE))
                .contains("\"name\" : \"1.5-5b-i2v\"", "tokenizer_sha256")
                .doesNotContain(checkpoint.toString(), folder.toString());
        try (var before = CogVideoXTransformer3DModel.load(checkpoint.resolve("transformer"), DType.FP32);
                var after = CogVideoXTransformer3DModel.load(target.resolve("transformer"), null)) {
            assertThat(after.parameters().all().iterator().next().value().dtype())
                    .isEqualTo(DType.FP16);
            after.parameters().to(DType.FP32);
            assertThat(Closeness.relativeError(predict(after), predict(before))).isGreaterThan(1e-3);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tune(folder.resolve("other"), config(checkpoint, null, false, false), latents, false))
                .withMessageContaining("first frame = false (expected: true: the checkpoint is image to video)");
    }

    @Test
    void whatIsTunedTwiceSaysBothAndIsUsedAsBefore() throws IOException {
        Path latents = latents(Goldens.path("cogvideox/native"), 12, new ClipShape(16, 16, 1));
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        tuned(Goldens.path("cogvideox/native"), latents, first);
        assertThat(first.resolve(ModelFacts.FILE)).doesNotExist();
        ModelFacts use = new ModelFacts("as it was", 24, 16, 9, 8.0, 12, 3.5, List.of("24x16x9"), List.of("word"));
        use.write(first);
        tuned(first, latents, second);
        JsonNode facts =
                JSON.readTree(second.resolve("transformer/training.json").toFile());
        assertThat(facts.at("/config/checkpoint/name").asText()).isEqualTo("first");
        assertThat(facts.at("/config/checkpoint/training"))
                .isEqualTo(
                        JSON.readTree(first.resolve("transformer/training.json").toFile()));
        assertThat(facts.at("/config/checkpoint/training/config/checkpoint/name")
                        .asText())
                .isEqualTo("native");
        assertThat(ModelFacts.read(CheckpointFolder.open(second))).isEqualTo(use.withoutAbout());
    }

    private void tuned(Path checkpoint, Path latents, Path target) throws IOException {
        Path run = target.resolveSibling("run of " + target.getFileName());
        try (DitTrainer trainer = tune(run, config(checkpoint, null, false, false), latents, false)) {
            trainer.train(TrainListener.SILENT);
            trainer.export(target, Map.of());
        }
    }
}
