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
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs against diffusers, with its noise drawn in its order. */
@TensorTest
class SolverTest {
    private static final Golden SEQUENCES = new Golden("scheduler/sequences.safetensors");
    private static final Golden FLOW = new Golden("scheduler/flow.safetensors");
    private static final long[] SHAPE = {1, 2, 3, 2, 3};

    /** The function that stood for a network when the goldens were made. */
    private static final Denoiser FAKE = (x, at) -> {
        Tensor wide = x.to(DType.FP32);
        return wide.mul(1.7).add(0.3 * at.index()).sin().mul(0.9).add(wide.mul(0.1));
    };

    @ParameterizedTest
    @CsvSource({
        "1, 1", "1, 2", "1, 5", "1, 7", "1, 50",
        "3, 1", "3, 2", "3, 5", "3, 7", "3, 50",
    })
    void runsEqualDiffusers(int shift, int steps) {
        for (CogVideoXScheduler.Kind kind : CogVideoXScheduler.Kind.values()) {
            check(
                    new CogVideoXScheduler(kind, SchedulerConfig.cogVideoX(shift)),
                    "shift" + shift,
                    steps,
                    steps,
                    DType.FP32,
                    1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "epsilon_leading, EPSILON, LEADING, false, true, 5, 11",
        "sample_leading, SAMPLE, LEADING, false, true, 5, 11",
        "v_prediction_leading, V, LEADING, false, true, 5, 11",
        "linspace, V, LINSPACE, true, true, 6, 12",
        "alpha_not_one, V, TRAILING, true, false, 5, 13",
    })
    void otherConfigsEqualDiffusers(
            String golden,
            Prediction prediction,
            TimestepSpacing spacing,
            boolean zeroSnr,
            boolean one,
            int steps,
            int seed) {
        int offset = spacing == TimestepSpacing.LEADING ? 1 : 0;
        for (CogVideoXScheduler.Kind kind : CogVideoXScheduler.Kind.values()) {
            SchedulerConfig config = new SchedulerConfig(
                    1000, 0.00085, 0.012, "scaled_linear", null, one, offset, prediction, spacing, zeroSnr, 1);
            check(new CogVideoXScheduler(kind, config), golden, steps, seed, DType.FP32, 1e-5);
        }
    }

    @Test
    void bfloat16RunsEqualDiffusers() {
        for (CogVideoXScheduler.Kind kind : CogVideoXScheduler.Kind.values()) {
            check(new CogVideoXScheduler(kind, SchedulerConfig.cogVideoX(1)), "bf16", 5, 14, DType.BF16, 1e-6);
        }
    }

    private static void check(
            CogVideoXScheduler scheduler, String golden, int steps, long seed, DType dtype, double tolerance) {
        String key = (scheduler.kind() == CogVideoXScheduler.Kind.DDIM ? "ddim/" : "dpm/") + golden + "/steps" + steps;
        assertThat(scheduler.timesteps(steps))
                .isEqualTo(SEQUENCES.get(key + "/timesteps").toLongs());
        try (Rng rng = new Rng(seed)) {
            Tensor noise = rng.randn(dtype, SHAPE);
            assertThat(noise.equalTo(SEQUENCES.get(key + "/initial"))).isTrue();
            List<Tensor> samples = new ArrayList<>();
            List<Tensor> x0s = new ArrayList<>();
            Tensor sample = Sampler.sample(FAKE, scheduler.solver(steps), noise, rng, (at, x, x0) -> {
                samples.add(x.copy());
                x0s.add(x0.copy());
            });
            if (steps < 50) {
                Tensor expected = SEQUENCES.get(key + "/samples");
                Tensor expectedX0 = SEQUENCES.get(key + "/pred_original_samples");
                for (int i = 0; i < steps; i++) {
                    Closeness.assertClose(key + " sample " + i, samples.get(i), expected.select(0, i), tolerance);
                    Closeness.assertClose(key + " x0 " + i, x0s.get(i), expectedX0.select(0, i), tolerance);
                }
            }
            assertThat(sample.dtype()).isEqualTo(dtype);
            Closeness.assertClose(key, sample, SEQUENCES.get(key + "/final"), tolerance);
            // as many numbers drawn as diffusers drew: the stream goes on from the same place
            assertThat(rng.randn(DType.FP32, 4).equalTo(SEQUENCES.get(key + "/next_randn")))
                    .isTrue();
        }
    }

    @Test
    void exactNetworkIsSolvedExactly() {
        // If the network knows the clean sample, every solver has to end in it from any noise.
        Tensor truth = Tensors.linspace(-1, 1, 24, DType.FP32).reshape(1, 2, 3, 2, 2);
        for (CogVideoXScheduler.Kind kind : CogVideoXScheduler.Kind.values()) {
            CogVideoXScheduler scheduler = new CogVideoXScheduler(kind, SchedulerConfig.cogVideoX(3));
            for (int steps : new int[] {1, 4, 11, 61}) {
                try (Rng rng = new Rng(steps)) {
                    Denoiser perfect = (x, at) -> {
                        double bar = scheduler.schedule().alphaBar((long) at.timestep());
                        if (bar == 0) {
                            return truth.neg(); // v = a·ε - s·x0
                        }
                        Tensor noise = x.sub(truth.mul(Math.sqrt(bar))).div(Math.sqrt(1 - bar));
                        return noise.mul(Math.sqrt(bar)).sub(truth.mul(Math.sqrt(1 - bar)));
                    };
                    Tensor noise = rng.randn(DType.FP32, truth.shape());
                    Tensor sample = Sampler.sample(perfect, scheduler.solver(steps), noise, rng, Sampler.Listener.NONE);
                    // a run may end at timestep 0, where a little noise is still in
                    double left = Math.sqrt(1 - scheduler.schedule().alphaBar(0));
                    assertThat(sample.sub(truth).abs().max().item())
                            .as("%s, %d steps", kind, steps)
                            .isLessThan(5 * left);
                }
            }
        }
        Scheduler flow = new FlowMatchEulerScheduler(1000, 3);
        for (int steps : new int[] {1, 10}) {
            try (Rng rng = new Rng(1)) {
                Tensor noise = rng.randn(DType.FP32, truth.shape());
                Tensor velocity = RectifiedFlow.velocity(truth, noise);
                Tensor sample =
                        Sampler.sample((x, at) -> velocity, flow.solver(steps), noise, rng, Sampler.Listener.NONE);
                Closeness.assertClose("flow", sample, truth, 1e-6);
            }
        }
    }

    @Test
    void aFlowLosesNothingOnTheWay() {
        try (Rng rng = new Rng(2)) {
            Tensor x0 = rng.randn(DType.FP32, 3, 2, 2);
            Tensor noise = rng.randn(DType.FP32, 3, 2, 2);
            Tensor noisy = RectifiedFlow.addNoise(x0, noise, 0, 0.25, 1);
            Closeness.assertClose("t = 0", noisy.narrow(0, 0, 1), x0.narrow(0, 0, 1), 1e-7);
            Closeness.assertClose("t = 1", noisy.narrow(0, 2, 1), noise.narrow(0, 2, 1), 1e-7);
            Tensor back = RectifiedFlow.x0(RectifiedFlow.velocity(x0, noise), noisy, 0, 0.25, 1);
            Closeness.assertClose("x0", back, x0, 1e-6);
        }
        RectifiedFlow flow = new RectifiedFlow(3);
        assertThat(flow.shifted(0.5)).isCloseTo(0.75, within(1e-12));
        assertThatThrownBy(() -> new RectifiedFlow(0)).hasMessageContaining("shift = 0.0 (expected: above 0)");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "1, 7", "3, 5", "2.5, 50", "0.7, 5"})
    void flowsGoAsInDiffusers(double shift, int steps) {
        String key = "shift" + new DecimalFormat("#.#", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(shift)
                + "/steps" + steps;
        FlowMatchEulerScheduler scheduler = new FlowMatchEulerScheduler(1000, shift);
        assertThat(scheduler.sigmas(steps)).isEqualTo(FLOW.get(key + "/sigmas").toFloats());
        Solver solver = scheduler.solver(steps);
        float[] timesteps = FLOW.get(key + "/timesteps").toFloats();
        for (int i = 0; i < steps; i++) {
            assertThat((float) solver.timestep(i)).isEqualTo(timesteps[i]);
        }
        for (DType dtype : new DType[] {DType.FP32, DType.BF16}) {
            String run = key + (dtype == DType.FP32 ? "/fp32" : "/bf16");
            try (Rng rng = new Rng(steps)) {
                Tensor noise = rng.randn(dtype, SHAPE);
                assertThat(noise.equalTo(FLOW.get(run + "/initial"))).isTrue();
                List<Tensor> samples = new ArrayList<>();
                Sampler.sample(FAKE, solver, noise, rng, (at, x, x0) -> samples.add(x.copy()));
                Tensor expected = FLOW.get(run + "/samples");
                for (int i = 0; i < steps; i++) {
                    Closeness.assertClose(run + " sample " + i, samples.get(i), expected.select(0, i), 1e-6);
                }
            }
        }
    }

    @Test
    void aFlowStartsPartOfTheWay() {
        Tensor clean = FLOW.get("partly/clean");
        Tensor noise = FLOW.get("partly/noise");
        FlowMatchEulerScheduler scheduler = new FlowMatchEulerScheduler(1000, 3);
        Closeness.assertClose("noised", scheduler.noised(clean, noise, 5, 0.6), FLOW.get("partly/noised"), 1e-6);
        assertThat(scheduler.solver(5, 0.6).steps()).isEqualTo(3);
    }

    @Test
    void flowConfigsAreReadAndRefused() {
        FlowMatchEulerScheduler scheduler = new FlowMatchEulerScheduler(500, 2);
        assertThat(Scheduler.of(scheduler.toConfig())).isEqualTo(scheduler);
        assertThatThrownBy(() -> Scheduler.of(scheduler.toConfig().with("use_dynamic_shifting", true)))
                .hasMessageContaining("use_dynamic_shifting = true (expected: false)");
        assertThatThrownBy(() -> Scheduler.of(scheduler.toConfig().with("shift", 0)))
                .hasMessageContaining("shift = 0.0 (expected: above 0)");
    }

    @Test
    void aStepThatOverflowsIsNamed() {
        CogVideoXScheduler scheduler =
                new CogVideoXScheduler(CogVideoXScheduler.Kind.DDIM, SchedulerConfig.cogVideoX(1));
        Denoiser bad = (x, at) -> at.index() < 2 ? x : x.mul(Double.NaN);
        try (Rng rng = new Rng(0)) {
            Tensor noise = rng.randn(DType.FP32, 2, 2);
            assertThatThrownBy(() -> Sampler.sample(bad, scheduler.solver(5), noise, rng, Sampler.Listener.NONE))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("step 3 of 5 (timestep 599.0) = not finite");
        }
    }
}
