package dev.kinora.models.lora;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.models.Stored;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.lora.Lora.Scaled;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TensorTest
class LoraTest {
    private static CogVideoXTransformer3DModel model(DType dtype) throws IOException {
        return CogVideoXTransformer3DModel.load(Goldens.path("cogvideox/2b/transformer"), dtype);
    }

    private static Stored goldens() {
        return Stored.open("lora/outputs.safetensors");
    }

    private static Tensor output(CogVideoXTransformer3DModel model) {
        Stored in = goldens().at("input");
        return Grad.off(() -> model.forward(
                in.get("hidden_states"), in.get("encoder_hidden_states"), in.get("timestep"), null, null));
    }

    private static Scaled file(String name, double scale) throws IOException {
        return new Scaled(LoraFile.open(Goldens.path("lora/" + name)), scale);
    }

    @ParameterizedTest
    @CsvSource({
        "peft_alpha.safetensors, 1, peft_alpha_scale_1",
        "peft_alpha.safetensors, 0.5, peft_alpha_scale_0.5",
        "peft_alpha.safetensors, 0.7, peft_alpha_fused_0.7",
        "peft_no_alpha.safetensors, 1, peft_no_alpha_scale_1",
        "diffusers_lora_down_up.safetensors, 1, diffusers_lora_down_up_scale_1",
        "kohya.safetensors, 1, peft_alpha_scale_1",
        "peft_native, 1, peft_alpha_scale_1",
        "peft_everything.safetensors, 1, peft_everything_scale_1",
        "peft_patterns.safetensors, 1, peft_patterns_scale_1",
        "peft_rslora.safetensors, 1, peft_rslora_scale_1",
        "peft_stray_layer.safetensors, 1, peft_no_alpha_scale_1",
    })
    void worksAsInPeft(String name, double scale, String golden) throws IOException {
        try (var model = model(DType.FP32)) {
            Tensor base = output(model);
            assertClose("base", base, goldens().get("base"), 1e-5);
            try (Lora live = Lora.attach(model.parameters(), "transformer", List.of(file(name, scale)))) {
                assertClose("live " + live.reports(), output(model), goldens().get(golden), 1e-5);
            }
            assertThat(output(model).equalTo(base)).isTrue();
            try (Lora merged = Lora.fuse(model.parameters(), "transformer", List.of(file(name, scale)))) {
                assertClose(
                        "merged " + merged.reports(), output(model), goldens().get(golden), 1e-5);
            }
            assertThat(output(model).equalTo(base)).isTrue();
        }
    }

    @Test
    void severalAtOnce() throws IOException {
        try (var model = model(DType.FP32)) {
            List<Scaled> two = List.of(file("peft_alpha.safetensors", 0.75), file("peft_everything.safetensors", -0.5));
            Tensor expected = goldens().get("peft_alpha_0.75_everything_-0.5");
            try (Lora live = Lora.attach(model.parameters(), "transformer", two)) {
                assertClose("live", output(model), expected, 1e-5);
                assertThat(live.reports()).hasSize(2);
            }
            try (Lora merged = Lora.fuse(model.parameters(), "transformer", two)) {
                assertClose("merged", output(model), expected, 1e-5);
                assertThat(merged.reports().getFirst().unmatched()).isEmpty();
            }
        }
    }

    @Test
    void tellsWhatFoundNoLayer() throws IOException {
        try (var model = model(DType.FP32);
                Lora lora = Lora.attach(
                        model.parameters(), "transformer", List.of(file("peft_stray_layer.safetensors", 1)))) {
            LoraReport report = lora.reports().getFirst();
            assertThat(report.matched()).hasSize(8).contains("transformer_blocks.0.attn1.to_q");
            assertThat(report.unmatched()).hasSize(1);
            assertThat(report.toString())
                    .contains("8 of 9 layers")
                    .contains("transformer_blocks.7.attn1.to_q (nearest: transformer_blocks.");
        }
    }

    @Test
    void refusesWhatIsNoLoraOfThisModel(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> LoraFile.open(Goldens.path("cogvideox/2b/transformer")))
                .isInstanceOf(CheckpointException.class);
        assertThatThrownBy(() ->
                        LoraFile.open(Goldens.path("cogvideox/2b/transformer/diffusion_pytorch_model.safetensors")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("LoRA factors");
        try (var model = model(DType.FP32);
                Rng rng = new Rng(1)) {
            write(folder.resolve("misfit.safetensors"), rng, "transformer.proj_out", 31);
            write(folder.resolve("stranger.safetensors"), rng, "transformer.blocks.9.x", 32);
            Tensor base = output(model);
            assertThatThrownBy(() -> attach(model, folder.resolve("misfit.safetensors")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("proj_out = [4, 31] under [16, 4] (expected: [4, 32] under [16, 4])");
            assertThatThrownBy(() -> attach(model, folder.resolve("stranger.safetensors")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("layers in the model = 0");
            assertThat(output(model).equalTo(base)).isTrue();
        }
        new SafetensorsWriter()
                .add("transformer.proj_out.lora_A.weight", dev.kinora.tensor.Tensors.zeros(DType.FP32, 4, 32))
                .write(folder.resolve("half.safetensors"));
        assertThatThrownBy(() -> LoraFile.open(folder.resolve("half.safetensors")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("both factors");
    }

    private static Lora attach(CogVideoXTransformer3DModel model, Path file) throws IOException {
        return Lora.attach(model.parameters(), "transformer", List.of(new Scaled(LoraFile.open(file), 1)));
    }

    private static void write(Path file, Rng rng, String layer, long in) throws IOException {
        new SafetensorsWriter()
                .add(layer + ".lora_A.weight", rng.randn(DType.FP32, 4, in))
                .add(layer + ".lora_B.weight", rng.randn(DType.FP32, 16, 4))
                .write(file);
    }

    @Test
    void bf16RoundsOnce() throws IOException {
        try (var model = model(DType.BF16)) {
            Stored in = goldens().at("input");
            List<Scaled> files = List.of(file("peft_everything.safetensors", 1));
            Tensor[] outputs = new Tensor[2];
            for (int i = 0; i < 2; i++) {
                try (Lora lora = i == 0
                        ? Lora.attach(model.parameters(), "transformer", files)
                        : Lora.fuse(model.parameters(), "transformer", files)) {
                    outputs[i] = Grad.off(() -> model.forward(
                            in.get("hidden_states").to(DType.BF16),
                            in.get("encoder_hidden_states").to(DType.BF16),
                            in.get("timestep"),
                            null,
                            null));
                    assertThat(lora.reports()).hasSize(1);
                }
                assertThat(outputs[i].dtype()).isEqualTo(DType.BF16);
                assertClose("bf16", outputs[i], goldens().get("peft_everything_scale_1"), 2e-2);
            }
        }
    }

    @Test
    void trainsSavesAndComesBack(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("trained.safetensors");
        LoraConfig config = new LoraConfig(4, 8, LoraConfig.ATTENTION, false);
        try (var model = model(DType.FP32);
                Rng rng = new Rng(5)) {
            Tensor base = output(model);
            Tensor changed;
            try (TrainableLora lora = TrainableLora.create(model.parameters(), config, rng)) {
                assertThat(output(model).equalTo(base)).isTrue();
                lora.parameters().all().forEach(p -> p.value().requiresGrad_(true));
                Stored in = goldens().at("input");
                Tensor out = model.forward(
                        in.get("hidden_states"), in.get("encoder_hidden_states"), in.get("timestep"), null, null);
                F.mseLoss(out, goldens().get("base").mul(0.5)).backward();
                Grad.off(() -> lora.parameters().all().forEach(p -> {
                    Tensor gradient = java.util.Objects.requireNonNull(p.value().grad(), p.key());
                    p.value().sub_(gradient.mul(2));
                }));
                changed = output(model);
                assertThat(changed.equalTo(base)).isFalse();
                lora.save(file, "transformer", DType.FP32);
            }
            assertThat(output(model).equalTo(base)).isTrue();
            try (Lora lora = attach(model, file)) {
                assertThat(lora.reports().getFirst().matched()).hasSize(8);
                assertClose("loaded", output(model), changed, 1e-6);
            }
            try (TrainableLora lora = TrainableLora.resume(model.parameters(), config, file, "transformer")) {
                assertThat(lora.config()).isEqualTo(config);
                assertThat(output(model).equalTo(changed)).isTrue();
            }
            assertThatThrownBy(() -> TrainableLora.resume(
                            model.parameters(), new LoraConfig(2, 8, List.of("to_q"), false), file, "transformer"))
                    .isInstanceOf(CheckpointException.class);
            assertThat(output(model).equalTo(base)).isTrue();
            assertThat(Checkpoint.open(file).metadata("lora_adapter_metadata"))
                    .contains("\"transformer.lora_alpha\": 8");
        }
    }
}
