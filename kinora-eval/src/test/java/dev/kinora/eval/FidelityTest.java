package dev.kinora.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.testkit.TensorTest;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

@TensorTest
final class FidelityTest {
    private final JsonNode golden =
            new ObjectMapper().readTree(Goldens.path("eval/fidelity.json").toFile());

    FidelityTest() throws IOException {}

    private Tensor clip(String name) { // [3, F, H, W] in [-1, 1]
        JsonNode shape = golden.get("shape");
        byte[] bytes = HexFormat.of().parseHex(golden.get(name).asText());
        Tensor frames = Tensors.of(
                bytes, shape.get(0).asInt(), shape.get(1).asInt(), shape.get(2).asInt(), 3);
        return frames.permute(3, 0, 1, 2).to(DType.FP32).div(127.5).sub(1);
    }

    @Test
    void agreesWithScikitImage() {
        Fidelity f = Fidelity.of(clip("reference"), clip("damaged"));
        assertThat(f.psnr()).isCloseTo(golden.get("psnr").asDouble(), within(1e-5));
        assertThat(f.ssim()).isCloseTo(golden.get("ssim").asDouble(), within(1e-6));
        assertThat(f.temporalPsnr()).isCloseTo(golden.get("temporal_psnr").asDouble(), within(1e-5));
        assertThat(f.flicker()).isCloseTo(golden.get("flicker").asDouble(), within(1e-4));
        assertThat(Fidelity.change(clip("damaged")))
                .isCloseTo(golden.get("change").asDouble(), within(1e-4));
    }

    @Test
    void ofEqualClipsIsPerfect() {
        Fidelity f = Fidelity.of(clip("reference"), clip("reference"));
        assertThat(f).isEqualTo(new Fidelity(Double.POSITIVE_INFINITY, f.ssim(), Double.POSITIVE_INFINITY, 0));
        assertThat(f.ssim()).isCloseTo(1, within(1e-12));
    }

    @Test
    void aStillErrorDoesNotFlicker() {
        Tensor clip = clip("reference").mul(0.5);
        Fidelity still = Fidelity.of(clip, clip.add(0.1));
        assertThat(still.psnr()).isCloseTo(20 * Math.log10(20), within(1e-4));
        assertThat(still.flicker()).isLessThan(1e-4);
    }

    @Test
    void noiseThatComesAndGoesFlickers() {
        try (Rng rng = new Rng(3)) {
            Tensor clip = clip("reference").mul(0.5);
            Tensor still =
                    rng.randn(DType.FP32, 3, 1, clip.size(2), clip.size(3)).mul(0.05);
            Tensor fresh = rng.randn(DType.FP32, clip.shape()).mul(0.05);
            Fidelity a = Fidelity.of(clip, clip.add(still));
            Fidelity b = Fidelity.of(clip, clip.add(fresh));
            assertThat(a.psnr()).isCloseTo(b.psnr(), within(0.5));
            assertThat(b.flicker()).isGreaterThan(100 * a.flicker());
        }
    }

    @Test
    void refusesOtherShapes() {
        Tensor clip = clip("reference");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fidelity.of(clip, clip.narrow(1, 0, 2)))
                .withMessageContaining("fidelity: video = ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ssim.of(clip.narrow(3, 0, 8), clip.narrow(3, 0, 8), 2))
                .withMessageContaining("at least 11");
    }

    @Test
    void meansAreOverClips() {
        Fidelity mean = Fidelity.mean(List.of(new Fidelity(20, 0.5, 30, 1), new Fidelity(40, 0.7, 50, 3)));
        assertThat(mean.psnr()).isEqualTo(30);
        assertThat(mean.ssim()).isCloseTo(0.6, within(1e-12));
        assertThat(mean.temporalPsnr()).isEqualTo(40);
        assertThat(mean.flicker()).isEqualTo(2);
    }

    @Test
    void aClipWithoutErrorDoesNotMakeTheMeanInfinite() {
        double none = Double.POSITIVE_INFINITY;
        Fidelity still = new Fidelity(20, 0.5, none, 0);
        assertThat(Fidelity.mean(List.of(still, new Fidelity(40, 0.7, 50, 3))).temporalPsnr())
                .isEqualTo(50);
        assertThat(Fidelity.mean(List.of(still, still)).temporalPsnr()).isEqualTo(none);
    }
}
