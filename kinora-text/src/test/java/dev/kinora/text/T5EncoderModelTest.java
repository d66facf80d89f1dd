package dev.kinora.text;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TensorTest
class T5EncoderModelTest {
    private static final T5Config TINY =
            new T5Config(64, 16, 8, 24, 3, 4, 8, 20, 1e-6, T5Config.FeedForward.GATED_GELU);

    @TempDir
    private Path folder;

    private static Path checkpoint(String variant) {
        return Goldens.path("cogvideox/" + variant + "/text_encoder");
    }

    private static Checkpoint golden(String variant) throws IOException {
        return Checkpoint.open(Goldens.path("cogvideox/" + variant + "/golden/text_encoder.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v"})
    void agreesWithTransformersInFp32(String variant) throws IOException {
        Checkpoint golden = golden(variant);
        try (var model = T5EncoderModel.load(checkpoint(variant), "", DType.FP32)) {
            Tensor ids = golden.tensor("input_ids");
            assertClose(variant + " position bias", model.positionBias(ids.size(1)), golden.tensor("position_bias"), 0);
            assertClose(variant, model.forward(ids), golden.tensor("last_hidden_state"), 1e-5);
            assertClose(
                    variant + " masked",
                    model.forward(ids, golden.tensor("attention_mask")),
                    golden.tensor("last_hidden_state_masked"),
                    1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2b,BF16,bf16",
        "5b,BF16,bf16",
        "5b-i2v,BF16,bf16",
        "1.5-5b-i2v,BF16,bf16",
        "2b,FP16,fp16",
        "5b-i2v,FP16,fp16",
        "1.5-5b-i2v,FP16,fp16"
    })
    void agreesWithTransformersInHalfPrecision(String variant, DType dtype, String key) throws IOException {
        Checkpoint golden = golden(variant);
        try (var model = T5EncoderModel.load(checkpoint(variant), "", dtype)) {
            Tensor y = model.forward(golden.tensor("input_ids"));
            assertThat(y.dtype()).isEqualTo(dtype);
            assertClose(variant + " " + key, y, golden.tensor("last_hidden_state_" + key), 2e-2);
            model.parameters()
                    .all()
                    .forEach(p -> assertThat(p.value().dtype())
                            .as(p.key())
                            .isEqualTo(dtype == DType.FP16 && p.key().endsWith(".wo.weight") ? DType.FP32 : dtype));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v"})
    void promptsBecomeTheSameIds(String variant) throws IOException {
        Path file = Goldens.path("cogvideox/" + variant + "/golden/tokens.jsonl");
        try (var tokenizer = T5Tokenizer.load(Goldens.path("cogvideox/" + variant + "/tokenizer"))) {
            Golden.checkPadded(tokenizer, file);
        }
    }

    @Test
    void savedEncoderLoadsAndGivesTheSame() throws IOException {
        Tensor ids = Tensors.of(new long[] {3, 4, 5, 1, 0, 7, 63, 1, 0, 0}, 2, 5);
        try (var model = new T5EncoderModel(TINY);
                Rng rng = new Rng(3)) {
            model.initialize(rng);
            Tensor before = model.forward(ids);
            assertThat(before.shape()).containsExactly(2, 5, 16);
            model.config().toConfig().write(folder.resolve("config.json"));
            new SafetensorsWriter()
                    .metadata("format", "pt")
                    .addAll(model.parameters())
                    .writeSharded(folder, "model", "", 4000);
            try (var again = T5EncoderModel.load(folder, "", null)) {
                assertThat(again.config()).isEqualTo(TINY);
                assertThat(again.forward(ids).equalTo(before)).isTrue();
            }
        }
    }

    @Test
    void freshWeightsHaveTheSpreadOfThePaper() {
        var config = new T5Config(256, 64, 16, 128, 1, 4, 32, 128, 1e-6, T5Config.FeedForward.GATED_GELU);
        try (var model = new T5EncoderModel(config);
                Rng rng = new Rng(8)) {
            model.initialize(rng);
            String at = "encoder.block.0.layer.";
            var expected = Map.of(
                    "shared.weight",
                    1.0,
                    at + "0.SelfAttention.q.weight",
                    1 / 32.0,
                    at + "0.SelfAttention.k.weight",
                    1 / 8.0,
                    at + "0.SelfAttention.o.weight",
                    1 / 8.0,
                    at + "1.DenseReluDense.wi_1.weight",
                    1 / 8.0,
                    at + "1.DenseReluDense.wo.weight",
                    1 / Math.sqrt(128));
            model.parameters().all().forEach(p -> {
                Double std = expected.get(p.key());
                if (std != null) {
                    assertThat(p.value().square().mean().sqrt().item())
                            .as(p.key())
                            .isCloseTo(std, Percentage.withPercentage(5));
                } else if (p.key().contains("norm")) {
                    assertThat(p.value().min().item()).isEqualTo(1);
                }
            });
        }
    }

    @Test
    void batchRowsDoNotTouchEachOther() {
        try (var model = new T5EncoderModel(TINY);
                Rng rng = new Rng(4)) {
            model.initialize(rng);
            Tensor ids = Tensors.of(new long[] {3, 4, 5, 1, 7, 63, 1, 0}, 2, 4);
            Tensor both = model.forward(ids);
            Tensor second = model.forward(ids.narrow(0, 1, 1));
            assertClose("second row", both.narrow(0, 1, 1), second, 1e-6);
            Tensor mask = ids.ne(0);
            Tensor masked = model.forward(ids, mask).narrow(0, 1, 1).narrow(1, 0, 3);
            assertClose("masked", masked, model.forward(ids.narrow(0, 1, 1).narrow(1, 0, 3)), 1e-5);
        }
    }

    @Test
    void activationsEndWithTheCall() {
        try (var model = new T5EncoderModel(TINY);
                Rng rng = new Rng(5)) {
            model.initialize(rng);
            Tensor ids = Tensors.of(new long[] {3, 4, 1}, 1, 3);
            long before = TensorScope.liveTensors();
            model.forward(ids);
            assertThat(TensorScope.liveTensors() - before).isEqualTo(1);
        }
    }

    @Test
    void wrongWeightsAreNamedTogether() throws IOException {
        try (var model = new T5EncoderModel(TINY);
                Rng rng = new Rng(6)) {
            model.initialize(rng);
            new SafetensorsWriter().addAll(model.parameters()).write(folder.resolve("model.safetensors"));
        }
        new T5Config(64, 16, 8, 32, 3, 4, 8, 20, 1e-6, T5Config.FeedForward.RELU)
                .toConfig()
                .write(folder.resolve("config.json"));
        assertThatThrownBy(() -> T5EncoderModel.load(folder, "", null))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("missing encoder.block.0.layer.1.DenseReluDense.wi.weight")
                .hasMessageContaining("mismatched encoder.block.2.layer.1.DenseReluDense.wo.weight");
    }

    @Test
    void shapesAreChecked() {
        try (var model = new T5EncoderModel(TINY)) {
            Tensor flat = Tensors.of(new long[] {1, 2, 3}, 3);
            assertThatThrownBy(() -> model.forward(flat))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("T5EncoderModel: ids.shape = [3] (expected: [B, L])");
            Tensor foreign = Tensors.of(new long[] {1, 64}, 1, 2);
            assertThatThrownBy(() -> model.forward(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ids = up to 64 (expected: 0 to 63");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'d_model': 0}|d_model = 0",
                "{'feed_forward_proj': 'gated-tanh'}|feed_forward_proj = gated-tanh",
                "{'relative_attention_num_buckets': 30}|relative_attention_num_buckets = 30",
                "{'model_type': 'umt5'}|model_type = \"umt5\"",
                "{'num_head': 8}|num_head = 8",
            })
    void wrongConfigsAreRefused(String json, String message) {
        Config config = Config.parse("config.json", json.replace('\'', '"'));
        assertThatThrownBy(() -> T5Config.of(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }
}
