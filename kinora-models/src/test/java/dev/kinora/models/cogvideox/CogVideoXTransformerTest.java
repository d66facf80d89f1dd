package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;

import dev.kinora.models.Stored;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TensorTest
class CogVideoXTransformerTest {
    static @Nullable RotaryEmbedding rope(Stored golden) {
        return golden.has("rope_cos") ? new RotaryEmbedding(golden.get("rope_cos"), golden.get("rope_sin")) : null;
    }

    static Tensor forward(CogVideoXTransformer3DModel model, Stored golden, @Nullable RotaryEmbedding rope) {
        return Grad.off(() -> model.forward(
                golden.get("hidden_states"),
                golden.get("encoder_hidden_states"),
                golden.get("timestep"),
                golden.has("ofs") ? golden.get("ofs") : null,
                rope));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v", "native"})
    void predictsAsDiffusersDoes(String variant) throws IOException {
        try (var model = Variants.transformer(variant, DType.FP32)) {
            Stored all = Stored.open("cogvideox/" + variant + "/golden/transformer.safetensors");
            for (String name : new String[] {"sample", "fewer_frames", "other_size"}) {
                Stored golden = all.at(name);
                if (golden.has("output")) {
                    Tensor x = golden.get("hidden_states");
                    RotaryEmbedding made = model.rotaryEmbedding(x.size(1), x.size(3), x.size(4));
                    if (made != null) {
                        assertClose(name + " cos", made.cos(), golden.get("rope_cos"), 1e-6);
                        assertClose(name + " sin", made.sin(), golden.get("rope_sin"), 1e-6);
                    }
                    assertClose(name, forward(model, golden, rope(golden)), golden.get("output"), 1e-5);
                    assertClose(name, forward(model, golden, made), golden.get("output"), 1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v", "native"})
    void predictsAsDiffusersDoesInBf16(String variant) throws IOException {
        try (var model = Variants.transformer(variant, DType.BF16)) {
            Stored golden = Stored.open("cogvideox/" + variant + "/golden/transformer.safetensors")
                    .at("bf16");
            assertClose("bf16", forward(model, golden, rope(golden)), golden.get("output"), 2e-2);
        }
    }
}
