package dev.kinora.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.diffusion.Guidance;
import dev.kinora.diffusion.Sampler;
import dev.kinora.diffusion.Scheduler;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.CheckpointFolder;
import dev.kinora.weights.ModelIndex;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a transformer in training is shown by, and what it is handed over as. */
final class Samples implements AutoCloseable {
    /** Shown in every contact sheet, from the same noise. */
    static final List<String> PROMPTS = List.of(
            "a red ball bounces on a green meadow",
            "a blue car slides to the right in the desert",
            "a yellow duck swings in a cozy room",
            "a purple rocket flies up in space",
            "a green heart spins on a sandy beach",
            "an orange fish moves in a circle in the blue ocean",
            "a white rabbit jumps in the snowy mountains",
            "a pink house grows in a city at night");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final AutoencoderKLCogVideoX vae;
    private final Scheduler scheduler;
    private final DitTrainConfig config;

    Samples(Path vae, Scheduler scheduler, DitTrainConfig config) throws IOException {
        this.vae = AutoencoderKLCogVideoX.load(vae, DType.BF16);
        this.scheduler = scheduler;
        this.config = config;
    }

    double scalingFactor() {
        return vae.config().scalingFactor();
    }

    /** Writes a contact sheet of all prompts. */
    void sheet(DitModel model, TextBatches texts, Path file, int step) {
        try (TensorScope ignored = TensorScope.open("samples")) {
            List<Pictures.Row> rows = new ArrayList<>();
            Tensor videos = Grad.off(() -> videos(model, texts, PROMPTS, 42));
            for (int i = 0; i < PROMPTS.size(); i++) {
                byte[][] frames = ToyboxClips.frames(videos.select(0, i));
                List<byte[]> some = new ArrayList<>();
                for (int f = 0; f < frames.length; f += 2) {
                    some.add(frames[f]);
                }
                rows.add(new Pictures.Row(PROMPTS.get(i) + (i == 0 ? "   (step " + step + ")" : ""), some));
            }
            Pictures.writePng(file, Pictures.sheet(rows, (int) videos.size(4), (int) videos.size(3), 2));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Tensor videos(DitModel model, TextBatches texts, List<String> prompts, long seed) {
        var c = model.transformer().config();
        int n = prompts.size();
        List<String> both = new ArrayList<>(Collections.nCopies(n, ""));
        both.addAll(prompts);
        try (Rng rng = new Rng(seed)) {
            Tensor states = precision(() -> model.text().forward(texts.ids(both)));
            Tensor noise =
                    rng.randn(DType.FP32, n, c.sampleLatentFrames(), c.inChannels(), c.sampleHeight(), c.sampleWidth());
            Tensor latents = Sampler.sample(
                    Guidance.of(config.guidance())
                            .batched((x, at) -> precision(() -> model.transformer()
                                    .forward(
                                            x,
                                            states,
                                            Tensors.full(at.timestep(), DType.FP32, x.size(0)),
                                            null,
                                            null))),
                    scheduler.solver(config.sampleSteps()),
                    noise,
                    rng,
                    Sampler.Listener.NONE);
            Tensor scaled = latents.permute(0, 2, 1, 3, 4).div(scalingFactor()).contiguous(); // [B, Z, f, h, w]
            return vae.decode(scaled.to(DType.BF16), VaeOptions.DEFAULT).to(DType.FP32);
        }
    }

    private Tensor precision(TensorScope.Body<Tensor, RuntimeException> body) {
        return config.bf16() ? Grad.autocast(DType.BF16, body) : body.run();
    }

    /** Writes all five components; see {@link DitTrainer#export}. */
    void export(Path target, DitModel model, RunFolder run, int step, Metrics metrics, Map<String, String> facts)
            throws IOException {
        ModelIndex index = ModelIndex.of("CogVideoXPipeline")
                .with("scheduler", "diffusers", scheduler.kind().className())
                .with("text_encoder", "transformers", "T5EncoderModel")
                .with("tokenizer", "transformers", "T5Tokenizer")
                .with("transformer", "diffusers", "CogVideoXTransformer3DModel")
                .with("vae", "diffusers", "AutoencoderKLCogVideoX");
        CheckpointFolder.write(target, index, draft -> {
            draft.config("scheduler", scheduler.config().toConfig(scheduler.kind()));
            // transformers loads what is stored, diffusers fp32: the small one is stored as the large ones are loaded
            draft.config("text_encoder", model.text().config().toConfig());
            draft.weights(
                    "text_encoder",
                    new SafetensorsWriter().addAll(model.text().parameters(), DType.FP32),
                    "",
                    Long.MAX_VALUE);
            draft.config("transformer", model.transformer().config().toConfig());
            draft.weights(
                    "transformer",
                    new SafetensorsWriter().addAll(model.transformer().parameters(), DType.BF16),
                    "",
                    Long.MAX_VALUE);
            draft.config("vae", vae.config().toConfig());
            draft.weights("vae", new SafetensorsWriter().addAll(vae.parameters(), DType.BF16), "", Long.MAX_VALUE);
            Path tokenizer = draft.folder("tokenizer");
            try (Stream<Path> files = Files.list(run.resolve("tokenizer"))) {
                for (Path f : files.toList()) {
                    Files.copy(f, tokenizer.resolve(f.getFileName().toString()));
                }
            }
            ObjectNode provenance = RunFolder.object();
            provenance.put("step", step);
            facts.forEach(provenance::put);
            provenance.set("config", RunFolder.tree(config));
            provenance.set("last_metrics", JSON.valueToTree(metrics.rows().getLast()));
            List<double[]> validation = metrics.series("validation");
            provenance.set("validation_curve", JSON.valueToTree(validation));
            JSON.writerWithDefaultPrettyPrinter()
                    .writeValue(
                            draft.folder("transformer").resolve("training.json").toFile(), provenance);
        });
    }

    @Override
    public void close() {
        vae.close();
    }
}
