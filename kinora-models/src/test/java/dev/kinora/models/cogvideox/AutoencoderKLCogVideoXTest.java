package dev.kinora.models.cogvideox;

import static dev.kinora.testkit.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kinora.models.Stored;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TensorTest
class AutoencoderKLCogVideoXTest {
    private static final VaeTiling TILES = new VaeTiling(16, 24, 0.5, 1.0 / 3);

    private static Set<String> cases(Stored all) {
        Set<String> cases = new TreeSet<>();
        all.names().forEach(n -> cases.add(n.substring(0, n.indexOf('/'))));
        return cases;
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v"})
    void encodesAndDecodesAsDiffusersDoes(String variant) throws IOException {
        try (var vae = Variants.vae(variant, DType.FP32)) {
            Stored all = Stored.open("cogvideox/" + variant + "/golden/vae.safetensors");
            for (String name : cases(all)) {
                Stored golden = all.at(name);
                VaeOptions options = VaeOptions.DEFAULT.withTiling(name.startsWith("tiled") ? TILES : null);
                if (name.contains("encode")) {
                    var latents = Grad.off(() -> vae.encode(golden.get("input"), options));
                    assertClose(name, latents.parameters(), golden.get("moments"), 1e-5);
                    if (golden.has("mode")) {
                        assertClose(name, latents.mode(), golden.get("mode"), 1e-5);
                        try (Rng rng = new Rng(7)) {
                            assertClose(name, latents.sample(rng), golden.get("sample_seed_7"), 1e-5);
                        }
                    }
                } else if (!name.contains("bf16")) {
                    Tensor video = Grad.off(() -> vae.decode(golden.get("input"), options));
                    assertClose(name, video, golden.get("output"), 1e-5);
                }
            }
            assertThat(cases(all)).contains("decode_3", "encode_17");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v"})
    void decodesAsDiffusersDoesInBf16(String variant) throws IOException {
        try (var vae = Variants.vae(variant, DType.BF16)) {
            Stored golden = Stored.open("cogvideox/" + variant + "/golden/vae.safetensors")
                    .at("decode_bf16");
            Tensor video = Grad.off(() -> vae.decode(golden.get("input"), VaeOptions.DEFAULT));
            assertClose("bf16", video, golden.get("output"), 2e-2);
        }
    }
}
