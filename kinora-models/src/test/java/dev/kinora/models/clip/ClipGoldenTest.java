package dev.kinora.models.clip;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.media.Image;
import dev.kinora.models.Stored;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TensorTest
class ClipGoldenTest {
    private static final double CLOSE = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"vision", "vision_gelu"})
    void looksAsTransformersDoes(String name) throws IOException {
        Stored golden = Stored.open("clip/" + name + "/golden.safetensors");
        try (ClipVisionModel model = ClipVisionModel.load(Goldens.path("clip/" + name), DType.FP32)) {
            ClipOutput out = Grad.off(() -> model.forward(golden.get("pixel_values")));
            for (int i = 0; i < out.hiddenStates().size(); i++) {
                assertClose("hidden " + i, out.hiddenStates().get(i), golden.get("hidden_states_" + i), CLOSE);
            }
            assertThat(golden.has("hidden_states_" + out.hiddenStates().size())).isFalse();
            assertClose("last", out.lastHiddenState(), golden.get("last_hidden_state"), CLOSE);
            assertClose("embeds", Objects.requireNonNull(out.embeds()), golden.get("image_embeds"), CLOSE);
            assertThat(Grad.off(() -> model.embeds(golden.get("pixel_values"))).equalTo(out.embeds()))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "text_projected"})
    void readsAsTransformersDoes(String name) throws IOException {
        Stored all = Stored.open("clip/" + name + "/golden.safetensors");
        try (ClipTextModel model = ClipTextModel.load(Goldens.path("clip/" + name), DType.FP32)) {
            for (String kind : List.of("plain", "masked")) {
                Stored golden = all.at(kind);
                Tensor mask = kind.equals("masked") ? all.get("attention_mask") : null;
                ClipOutput out = Grad.off(() -> model.forward(all.get("input_ids"), mask));
                assertThat(out.hiddenStates()).hasSize(4);
                for (int i = 0; i < 4; i++) {
                    assertClose(kind + i, out.hiddenStates().get(i), golden.get("hidden_states_" + i), CLOSE);
                }
                assertClose(kind, out.lastHiddenState(), golden.get("last_hidden_state"), CLOSE);
                assertClose(kind, model.finalLayerNorm(out.hiddenFromEnd(1)), golden.get("last_hidden_state"), CLOSE);
                assertClose(kind, out.pooled(), golden.get("pooler_output"), CLOSE);
                if (golden.has("text_embeds")) {
                    assertClose(kind, Objects.requireNonNull(out.embeds()), golden.get("text_embeds"), CLOSE);
                } else {
                    assertThat(out.embeds()).isNull();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"both", "both_gelu"})
    void comparesAsTransformersDoes(String name) throws IOException {
        Stored golden = Stored.open("clip/" + name + "/golden.safetensors");
        Path folder = Goldens.path("clip/" + name);
        try (ClipModel model = ClipModel.load(folder, DType.FP32);
                ClipVisionModel half = ClipVisionModel.load(folder, DType.FP32)) {
            Tensor image = Grad.off(() -> model.imageEmbeds(golden.get("pixel_values")));
            Tensor text = Grad.off(() -> model.textEmbeds(golden.get("input_ids"), golden.get("attention_mask")));
            assertClose("image", image, golden.get("image_embeds"), CLOSE);
            assertClose("text", text, golden.get("text_embeds"), CLOSE);
            assertClose(
                    "logits",
                    Grad.off(() -> model.logitsPerImage(image, text)),
                    golden.get("logits_per_image"),
                    CLOSE * 10);
            assertThat(Grad.off(() -> half.embeds(golden.get("pixel_values"))).equalTo(image))
                    .as("the picture half of a whole CLIP")
                    .isTrue();
            assertClose(
                    "padding at the end is not seen",
                    Grad.off(() -> model.textEmbeds(golden.get("input_ids"), null)),
                    text,
                    CLOSE);
        }
    }

    @Test
    void preparesPicturesAsTransformersDoes() {
        Stored all = Stored.open("clip/pictures/golden.safetensors");
        for (int i = 0; i < 5; i++) {
            Stored golden = all.at(Integer.toString(i));
            Tensor pixels = golden.get("image");
            Image image = Image.of((int) pixels.size(1), (int) pixels.size(0), pixels.toBytes());
            Tensor made = ClipImageProcessor.of(30).process(List.of(image));
            assertClose("picture " + i, made.squeeze(0), golden.get("pixel_values"), 1e-6);
        }
    }

    @Test
    void readsOldAndNewPreprocessors() {
        String old = "{\"crop_size\": 224, \"do_center_crop\": true, \"do_normalize\": true, \"do_resize\": true,"
                + " \"feature_extractor_type\": \"CLIPFeatureExtractor\", \"resample\": 3, \"size\": 224}";
        assertThat(ClipImageProcessor.of(Config.parse("old", old))).isEqualTo(ClipImageProcessor.of(224));
        String now = "{\"crop_size\": {\"height\": 336, \"width\": 336}, \"size\": {\"shortest_edge\": 336},"
                + " \"rescale_factor\": 0.00392156862745098}";
        assertThat(ClipImageProcessor.of(Config.parse("new", now))).isEqualTo(ClipImageProcessor.of(336));
        assertThatThrownBy(() -> ClipImageProcessor.of(Config.parse("other", "{\"resample\": 2}")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("resample");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "linear"})
    void scoresAsTheUnfoldedHead(String name) throws IOException {
        Stored golden = Stored.open("clip/aesthetic/golden.safetensors");
        AestheticHead head = AestheticHead.load(Goldens.path("clip/aesthetic/" + name + ".safetensors"));
        for (int i = 0; i < 5; i++) {
            double expected = golden.get(name).select(0, i).item();
            assertThat(head.score(
                            golden.get("embedding").select(0, i).contiguous().toFloats()))
                    .isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void refusesWhatIsNoHead() {
        assertThatThrownBy(() -> AestheticHead.load(Goldens.path("clip/text/model.safetensors")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("layers.N.weight");
        assertThatThrownBy(() -> AestheticHead.load(Goldens.path("clip/aesthetic/linear.safetensors"))
                        .score(new float[8]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("embedding.length = 8");
    }

    @Test
    void refusesAHeadWithReluBetweenItsLayers(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("relu.safetensors");
        new SafetensorsWriter()
                .add("layers.0.weight", Tensors.ones(DType.FP32, 4, 6))
                .add("layers.0.bias", Tensors.ones(DType.FP32, 4))
                .add("layers.3.weight", Tensors.ones(DType.FP32, 1, 4))
                .add("layers.3.bias", Tensors.ones(DType.FP32, 1))
                .write(file);
        assertThatThrownBy(() -> AestheticHead.load(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("activation = ");
    }

    @Test
    void refusesAnotherSize() throws IOException {
        try (ClipVisionModel model = ClipVisionModel.load(Goldens.path("clip/vision"), DType.FP32)) {
            assertThatThrownBy(() -> model.embeds(Tensors.zeros(DType.FP32, 1, 3, 32, 32)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[B, 3, 30, 30]");
        }
        Config odd = Config.parse("odd", "{\"hidden_act\": \"relu\"}");
        assertThatThrownBy(() -> ClipTextConfig.of(odd))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("quick_gelu or gelu");
    }

    @Test
    void headsOfLaionAreRead() {
        Optional<Path> there = Goldens.asset("weights/aesthetic/sac+logos+ava1-l14-linearMSE.pth");
        assumeTrue(there.isPresent(), "SKIPPED: ../shared/assets/weights/aesthetic is not on this machine");
        assertThatThrownBy(() -> AestheticHead.load(there.get()))
                .as("a pickle is never read")
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("pickles are never read");
    }
}
