package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;

import dev.kinora.models.Stored;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@TensorTest
class GradientTest {
    private static final StrictLoader OWN_FP32 = StrictLoader.as(DType.FP32).copying();

    private static void watch(ParameterSet parameters) {
        for (Parameter p : parameters.all()) {
            p.value().requiresGrad_(p.isTrainable());
        }
    }

    private static void assertGradients(ParameterSet parameters, Stored golden) {
        for (Parameter p : parameters.all()) {
            String key = p.key();
            Tensor expected = golden.get("gradient/" + key);
            // the bias before a norm over its own channel has no effect: what is left is rounding
            if (expected.norm().item() > 1e-6) {
                assertClose(key, Objects.requireNonNull(p.value().grad(), key), expected, 1e-4);
            }
        }
    }

    @Test
    void transformerLearnsAsInTorch() throws IOException {
        try (var model = CogVideoXTransformer3DModel.load(Goldens.path("cogvideox/2b/transformer"), "", OWN_FP32)) {
            Stored golden = Stored.open("cogvideox/2b/golden/transformer_gradients.safetensors");
            watch(model.parameters());
            Tensor out = model.forward(
                    golden.get("hidden_states"),
                    golden.get("encoder_hidden_states"),
                    golden.get("timestep"),
                    null,
                    null);
            Tensor loss = F.mseLoss(out, golden.get("target"));
            assertClose("loss", loss, golden.get("loss"), 1e-5);
            loss.backward();
            assertGradients(model.parameters(), golden);
        }
    }

    @Test
    void recomputedBlocksLearnTheSame() throws IOException {
        try (var model = CogVideoXTransformer3DModel.load(Goldens.path("cogvideox/native/transformer"), "", OWN_FP32)) {
            Stored golden = Stored.open("cogvideox/native/golden/transformer.safetensors")
                    .at("sample");
            watch(model.parameters());
            Tensor x = golden.get("hidden_states");
            Tensor text = golden.get("encoder_hidden_states").copy().requiresGrad_(true);
            RotaryEmbedding rope = model.rotaryEmbedding(x.size(1), x.size(3), x.size(4));
            Tensor whole = F.mseLoss(model.forward(x, text, golden.get("timestep"), null, rope), x);
            whole.backward();
            Map<String, Tensor> expected = new LinkedHashMap<>();
            expected.put("text", Objects.requireNonNull(text.grad()).copy());
            text.clearGrad();
            for (Parameter p : model.parameters().all()) {
                expected.put(
                        p.key(),
                        Objects.requireNonNull(p.value().grad(), p.key()).copy());
                p.value().clearGrad();
            }

            Tensor loss = CogVideoXCheckpointing.backward(
                    model, x, text, golden.get("timestep"), null, rope, out -> F.mseLoss(out, x));

            assertClose("loss", loss, whole, 0);
            assertClose(
                    "text", Objects.requireNonNull(text.grad()), Objects.requireNonNull(expected.get("text")), 1e-6);
            for (Parameter p : model.parameters().all()) {
                assertClose(
                        p.key(),
                        Objects.requireNonNull(p.value().grad(), p.key()),
                        Objects.requireNonNull(expected.get(p.key())),
                        1e-6);
            }
        }
    }

    @Test
    void autoencoderLearnsAsInTorchAcrossBatchesOfFrames() throws IOException {
        try (var vae = AutoencoderKLCogVideoX.load(Goldens.path("cogvideox/2b/vae"), "", OWN_FP32);
                Rng rng = new Rng(321)) {
            Stored golden = Stored.open("cogvideox/2b/golden/vae_gradients.safetensors");
            watch(vae.parameters());
            Tensor video = golden.get("video");
            DiagonalGaussianDistribution latents = vae.encode(video, VaeOptions.DEFAULT);
            assertClose("kl", latents.kl(), golden.get("kl"), 1e-5);
            Tensor decoded = vae.decode(latents.sample(rng), VaeOptions.DEFAULT);
            Tensor loss = F.mseLoss(decoded, video).add(latents.kl().mean().mul(1e-3));
            assertClose("loss", loss, golden.get("loss"), 1e-5);
            loss.backward();
            assertGradients(vae.parameters(), golden);
        }
    }
}
