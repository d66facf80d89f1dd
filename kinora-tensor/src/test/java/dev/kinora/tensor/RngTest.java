package dev.kinora.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RngTest {
    @Test
    void drawsTheStreamOfTorch() {
        // torch 2.10.0: torch.randn(4, generator=torch.Generator("cpu").manual_seed(0))
        float[] expected = {1.5409961f, -0.2934289f, -2.1787894f, 0.56843126f};
        try (TensorScope scope = TensorScope.open("test");
                Rng rng = new Rng(0)) {
            float[] drawn = rng.randn(DType.FP32, 4).toFloats();
            for (int i = 0; i < 4; i++) {
                assertThat(drawn[i]).isCloseTo(expected[i], within(1e-7f));
            }
        }
    }

    @Test
    void continuesFromASavedState() {
        try (TensorScope scope = TensorScope.open("test");
                Rng rng = new Rng(7);
                Rng other = new Rng(1)) {
            rng.randn(DType.FP32, 33);
            other.setState(rng.state());
            assertThat(other.randn(DType.FP32, 21).equalTo(rng.randn(DType.FP32, 21)))
                    .isTrue();
        }
    }
}
