package dev.kinora.models.cogvideox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Config;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models made from nothing, and what they refuse. */
@TensorTest
class FreshModelTest {
    private static final String SMALL = "\"num_layers\": 2, \"num_attention_heads\": 2, \"attention_head_dim\": 16,"
            + " \"in_channels\": 4, \"out_channels\": 4, \"time_embed_dim\": 16, \"text_embed_dim\": 8,"
            + " \"sample_width\": 6, \"sample_height\": 4, \"sample_frames\": 9, \"max_text_seq_length\": 5";

    private static CogVideoXTransformer3DModel small(String more) {
        return new CogVideoXTransformer3DModel(
                CogVideoXConfig.of(Config.parse("small", "{" + SMALL + more + "}")), Names.root());
    }

    private static Tensor forward(
            CogVideoXTransformer3DModel model, long[] latents, long[] text, @Nullable Tensor ofs) {
        return Grad.off(() -> model.forward(
                Tensors.ones(DType.FP32, latents),
                Tensors.ones(DType.FP32, text),
                Tensors.full(7, DType.INT64, latents[0]),
                ofs,
                model.rotaryEmbedding(latents[1], latents[3], latents[4])));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ", \"use_rotary_positional_embeddings\": true",
                ", \"use_rotary_positional_embeddings\": true, \"use_learned_positional_embeddings\": true"
            })
    void adaLnZeroPredictsZeroAndLearns(String more) {
        try (var model = small(more);
                Rng rng = new Rng(3)) {
            model.initialize(rng, CogVideoXInit.ADALN_ZERO);
            model.parameters().all().forEach(p -> p.value().requiresGrad_(p.isTrainable()));
            Tensor out = model.forward(
                    rng.randn(DType.FP32, 1, 3, 4, 4, 6),
                    rng.randn(DType.FP32, 1, 5, 8),
                    Tensors.full(7, DType.INT64, 1),
                    null,
                    model.rotaryEmbedding(3, 4, 6));
            assertThat(out.abs().max().item()).isZero();
            out.sub(1).square().mean().backward();
            var last = java.util.Objects.requireNonNull(model.parameters().get("proj_out.weight"));
            Tensor gradient = java.util.Objects.requireNonNull(last.value().grad());
            assertThat(gradient.abs().max().item()).isPositive();
        }
    }

    @Test
    void freshWeightsAreOfTheSizeTorchDraws() {
        try (var model = small("");
                Rng rng = new Rng(3)) {
            model.initialize(rng, CogVideoXInit.DEFAULT);
            var weight = java.util.Objects.requireNonNull(
                    model.parameters().get("transformer_blocks.0.ff.net.0.proj.weight"));
            double bound = 1 / Math.sqrt(32);
            assertThat(weight.value().abs().max().item()).isBetween(0.95 * bound, bound);
            assertThat(forward(model, new long[] {1, 3, 4, 4, 6}, new long[] {1, 5, 8}, null)
                            .isFinite()
                            .all()
                            .item())
                    .isEqualTo(1);
        }
    }

    @Test
    void refusesInputsOfAnotherShape() {
        try (var model = small("");
                Rng rng = new Rng(3)) {
            model.initialize(rng, CogVideoXInit.DEFAULT);
            long[] text = {1, 5, 8};
            refused(
                    model,
                    new long[] {1, 3, 5, 4, 6},
                    text,
                    "hidden_states = [1, 3, 5, 4, 6] (expected: [B, F, 4, H, W])");
            refused(model, new long[] {1, 3, 4, 5, 6}, text, "multiples of 2");
            refused(model, new long[] {2, 3, 4, 4, 6}, text, "encoder_hidden_states = [1, 5, 8] (expected: [2, N, 8])");
            assertThatThrownBy(() -> forward(model, new long[] {1, 3, 4, 4, 6}, text, Tensors.full(2, DType.FP32, 1)))
                    .hasMessageContaining("ofs = [1] (expected: none for this model)");
        }
    }

    private static void refused(CogVideoXTransformer3DModel model, long[] latents, long[] text, String message) {
        assertThatThrownBy(() -> forward(model, latents, text, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void autoencoderTakesAnyClipWhole() {
        var config = AutoencoderKLCogVideoXConfig.of(Config.parse(
                "small",
                "{\"block_out_channels\": [8, 8, 8], \"latent_channels\": 4, \"layers_per_block\": 1,"
                        + " \"norm_num_groups\": 4}"));
        try (var vae = new AutoencoderKLCogVideoX(config, Names.root());
                Rng rng = new Rng(4)) {
            vae.initialize(rng);
            Tensor video = rng.randn(DType.FP32, 2, 3, 17, 8, 12);
            Grad.off(() -> {
                Tensor latents = vae.encode(video, VaeOptions.WHOLE_CLIP).mode();
                assertThat(latents.shape()).containsExactly(2, 4, 5, 2, 3);
                assertThat(vae.decode(latents, VaeOptions.WHOLE_CLIP).shape()).containsExactly(2, 3, 17, 8, 12);
                Tensor batched = vae.decode(latents, VaeOptions.DEFAULT);
                assertThat(vae.decode(latents, VaeOptions.DEFAULT.withSlicing(true))
                                .shape())
                        .containsExactly(batched.shape());
                Tensor scaled = vae.unscale(vae.scale(latents));
                assertThat(scaled.sub(latents).abs().max().item()).isLessThan(1e-6);
            });
            assertThatThrownBy(() -> vae.encode(video.narrow(3, 0, 7), VaeOptions.DEFAULT))
                    .hasMessageContaining(
                            "video = [2, 3, 17, 7, 12] (expected: [B, 3, T, H, W], H and W multiples of 4)");
        }
    }

    /** One step of each, over and over: what a step leaves behind would add up. */
    @Test
    void stepsLeaveNothingBehind() {
        try (var model = small("");
                Rng rng = new Rng(3)) {
            model.initialize(rng, CogVideoXInit.DEFAULT);
            long before = TensorScope.liveTensors();
            for (int i = 0; i < 3; i++) {
                TensorScope.run("step", () -> forward(model, new long[] {1, 3, 4, 4, 6}, new long[] {1, 5, 8}, null));
                assertThat(TensorScope.liveTensors()).isEqualTo(before);
            }
        }
    }
}
