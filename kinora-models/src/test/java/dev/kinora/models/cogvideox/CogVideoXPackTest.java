package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clips of several shapes in one sequence: predictions and gradients are those of each clip alone. */
@TensorTest
class CogVideoXPackTest {
    private static final long[][] SHAPES = {{2, 2, 4, 6}, {1, 4, 4, 4}, {3, 2, 6, 2}}; // clips, F, H, W

    private static List<CogVideoXPack.Clips> clips(CogVideoXConfig c, Rng rng) {
        List<CogVideoXPack.Clips> all = new ArrayList<>();
        for (long[] s : SHAPES) {
            all.add(new CogVideoXPack.Clips(
                    rng.randn(DType.FP32, s[0], s[1], c.inChannels(), s[2], s[3]),
                    rng.randn(DType.FP32, s[0], c.maxTextSeqLength(), c.textEmbedDim()),
                    rng.randint(0, 1000, s[0])));
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "1.5-5b-i2v", "native"})
    void everyClipAsAlone(String variant) throws IOException {
        try (var model = CogVideoXTransformer3DModel.load(
                        Goldens.path("cogvideox/" + variant + "/transformer"),
                        "",
                        StrictLoader.as(DType.FP32).copying());
                Rng rng = new Rng(17)) {
            CogVideoXConfig c = model.config();
            model.parameters().all().forEach(p -> p.value().requiresGrad_(p.isTrainable()));
            List<CogVideoXPack.Clips> all = clips(c, rng);
            Tensor ofs = c.ofsEmbedDim() == null ? null : Tensors.full(2, DType.FP32, 1);
            List<Tensor> alone = new ArrayList<>();
            for (CogVideoXPack.Clips g : all) {
                alone.add(model.forward(
                        g.latents(),
                        g.text(),
                        g.timesteps(),
                        ofs,
                        model.rotaryEmbedding(
                                g.latents().size(1),
                                g.latents().size(3),
                                g.latents().size(4))));
            }
            Map<String, Tensor> expected = gradients(model, alone);

            List<Tensor> packed = CogVideoXPack.forward(model, all, ofs);

            for (int i = 0; i < packed.size(); i++) {
                assertClose("shape " + i, packed.get(i), alone.get(i), 1e-5);
            }
            Map<String, Tensor> actual = gradients(model, packed);
            expected.forEach((key, g) -> assertClose(key, Objects.requireNonNull(actual.get(key), key), g, 1e-5));
        }
    }

    private static Map<String, Tensor> gradients(CogVideoXTransformer3DModel model, List<Tensor> predictions) {
        Tensor loss = Tensors.zeros(DType.FP32);
        for (Tensor p : predictions) {
            loss = loss.add(p.square().sum());
        }
        loss.backward();
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        for (Parameter p : model.parameters().all()) {
            Tensor g = p.value().grad();
            if (g != null
                    && g.norm().item() > 1e-3) { // a key's bias before a softmax has none: what is there is rounding
                gradients.put(p.key(), g.copy());
            }
            p.value().clearGrad();
        }
        return gradients;
    }
}
