package dev.kinora.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Closeness;
import dev.kinora.testkit.TensorTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TensorTest
class GuidanceTest {
    @ParameterizedTest
    @CsvSource({
        "2b, t2v_dynamic, DDIM",
        "5b, t2v_dynamic, DPM",
        "2b, v2v_dynamic, DDIM",
        "1.5-5b-i2v, i2v_ddim_dynamic, DDIM"
    })
    void compatScalesEqualDiffusers(String variant, String pipeline, CogVideoXScheduler.Kind kind) {
        Golden golden = new Golden("cogvideox/" + variant + "/golden/pipeline_" + pipeline + ".safetensors");
        double[] expected = golden.get("guidance_scales").toDoubles();
        Solver solver = new CogVideoXScheduler(kind, SchedulerConfig.cogVideoX(1))
                .solver(5, pipeline.startsWith("v2v") ? 0.8 : 1);
        Guidance guidance = new Guidance(6, Guidance.Dynamic.COMPAT);
        assertThat(expected).hasSize(solver.steps());
        for (int i = 0; i < solver.steps(); i++) {
            // the cosine of a number near a million: its last digits are the power function's
            assertThat(guidance.at(new Moment(i, solver.timestep(i), solver.steps())))
                    .isCloseTo(expected[i], within(1e-6));
        }
    }

    @Test
    void compatScalesOfFiftyStepsAreThePublishedOnes() {
        Guidance guidance = new Guidance(6, Guidance.Dynamic.COMPAT);
        Solver solver = new CogVideoXScheduler(CogVideoXScheduler.Kind.DPM, SchedulerConfig.cogVideoX(1)).solver(50);
        double[] expected = {2.291, 2.544, 6.974};
        for (int i = 0; i < 3; i++) {
            assertThat(guidance.at(new Moment(i, solver.timestep(i), 50))).isCloseTo(expected[i], within(1e-3));
        }
        assertThat(guidance.at(new Moment(25, solver.timestep(25), 50))).isCloseTo(1.521, within(1e-3));
    }

    @Test
    void indexScalesFallFromFullToOne() {
        Guidance guidance = new Guidance(4, Guidance.Dynamic.INDEX);
        double[] expected = {5.00, 4.91, 4.67, 4.34, 3.96, 3.56, 3.17, 2.81, 2.49, 2.21};
        for (int i = 0; i < expected.length; i++) {
            assertThat(guidance.at(new Moment(i, 999 - 20 * i, 50))).isCloseTo(expected[i], within(6e-3));
        }
        assertThat(guidance.at(new Moment(49, 19, 50))).isCloseTo(1, within(1e-6));
    }

    @Test
    void bothWaysOfAskingAgreeAndOffAsksOnce() {
        try (Rng rng = new Rng(3)) {
            Tensor x = rng.randn(DType.FP32, 1, 2, 3);
            Tensor conditions = Tensors.of(new float[] {0.5f, 2}, 2, 1, 1); // negative, prompt
            int[] calls = {0};
            Denoiser both = (s, at) -> {
                calls[0]++;
                return s.mul(conditions).to(DType.BF16);
            };
            Denoiser negative = (s, at) -> s.mul(0.5).to(DType.BF16);
            Denoiser prompt = (s, at) -> s.mul(2).to(DType.BF16);
            Moment at = new Moment(0, 999, 5);

            Tensor batched = Guidance.of(6).batched(both).predict(x, at);
            Tensor sequential = Guidance.of(6).sequential(negative, prompt).predict(x, at);
            assertThat(batched.dtype()).isEqualTo(DType.FP32);
            assertThat(batched.equalTo(sequential)).isTrue();
            Closeness.assertClose("guided", batched, x.mul(0.5 + 6 * 1.5), 1e-2);
            assertThat(calls[0]).isOne();

            Tensor off = Guidance.OFF.batched(prompt).predict(x, at);
            assertThat(off.shape()).containsExactly(1, 2, 3);
            Closeness.assertClose("off", off, x.mul(2), 1e-2);
            assertThat(new Guidance(1, Guidance.Dynamic.COMPAT).active()).isFalse();
        }
        assertThatThrownBy(() -> Guidance.of(Double.NaN))
                .hasMessageContaining("scale = NaN (expected: a finite number)");
    }

    @Test
    void minSnrWeightsAgreeAcrossPredictions() {
        NoiseSchedule schedule = SchedulerConfig.cogVideoX(1).schedule();
        long[] t = {0, 100, 500, 900, 999};
        float[] sample = Prediction.SAMPLE.minSnrWeights(schedule, 5, t).toFloats();
        float[] epsilon = Prediction.EPSILON.minSnrWeights(schedule, 5, t).toFloats();
        float[] velocity = Prediction.V.minSnrWeights(schedule, 5, t).toFloats();
        for (int i = 0; i < t.length; i++) {
            double snr = schedule.snr(t[i]);
            assertThat(sample[i]).isCloseTo((float) Math.min(snr, 5), within(1e-5f));
            if (snr > 0) {
                assertThat((double) epsilon[i]).isCloseTo(sample[i] / snr, within(1e-5));
            }
            assertThat((double) velocity[i]).isCloseTo(sample[i] / (snr + 1), within(1e-5));
        }
        assertThat(epsilon[4]).isOne();
        assertThat(sample[4]).isZero();
        assertThatThrownBy(() -> Prediction.V.minSnrWeights(schedule, 0, 1)).hasMessageContaining("gamma = 0.0");
    }

    @Test
    void predictionsTurnIntoEachOther() {
        NoiseSchedule schedule = SchedulerConfig.cogVideoX(3).schedule();
        try (Rng rng = new Rng(4)) {
            Tensor x0 = rng.randn(DType.FP64, 1, 5);
            Tensor noise = rng.randn(DType.FP64, 1, 5);
            for (long t : new long[] {0, 300, 998}) {
                double bar = schedule.alphaBar(t);
                Tensor x = schedule.addNoise(x0, noise, t);
                for (Prediction p : Prediction.values()) {
                    Tensor output = p.target(x0, noise, schedule.shares(x0, t));
                    Closeness.assertClose(p + " x0", p.x0(output, x, bar), x0, 1e-9);
                    Closeness.assertClose(p + " noise", p.noise(output, x, bar), noise, 1e-9);
                    Closeness.assertClose(p + " x0", p.x0(output, x, schedule.shares(x, t)), x0, 1e-9);
                }
            }
        }
    }
}
