package dev.kinora.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Closeness;
import dev.kinora.testkit.TensorTest;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TensorTest
class NoiseScheduleTest {
    private static final Golden SCHEDULES = new Golden("scheduler/schedules.safetensors");
    private static final Golden TRAINING = new Golden("scheduler/training.safetensors");

    @ParameterizedTest
    @CsvSource({
        "shift1, scaled_linear, 1, true, 1e-12",
        "shift3, scaled_linear, 3, true, 1e-12",
        "shift3_no_zsnr, scaled_linear, 3, false, 1e-12",
        "linear_shift1_no_zsnr, linear, 1, false, 2e-5", // diffusers computes these two in fp32, over 1000 factors
        "cosine_shift1, squaredcos_cap_v2, 1, true, 2e-5",
    })
    void signalLeftEqualsDiffusers(String golden, String betas, double shift, boolean zeroSnr, double tolerance) {
        Config config = Config.of("CogVideoXDDIMScheduler")
                .with("beta_schedule", betas)
                .with("snr_shift_scale", shift)
                .with("rescale_betas_zero_snr", zeroSnr)
                .with("prediction_type", "v_prediction");
        double[] expected = SCHEDULES.get("alphas_cumprod/" + golden).toDoubles();
        double[] actual = SchedulerConfig.of(config).schedule().alphasCumprod();
        assertThat(actual).hasSameSizeAs(expected);
        for (int t = 0; t < actual.length; t++) {
            assertThat(actual[t]).as("t = %d", t).isCloseTo(expected[t], within(tolerance * expected[t] + 1e-16));
        }
        if (zeroSnr) {
            assertThat(actual[999]).isZero();
        }
    }

    @Test
    void trainedBetasReplaceTheSchedule() {
        Config config = Config.parse("test", """
                {"_class_name": "CogVideoXDPMScheduler", "num_train_timesteps": 10, "snr_shift_scale": 1.0,
                 "trained_betas": [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1]}""");
        double[] expected = SCHEDULES.get("alphas_cumprod/trained_betas").toDoubles();
        assertThat(SchedulerConfig.of(config).schedule().alphasCumprod()).containsExactly(expected, within(1e-6));
        assertThatThrownBy(() -> SchedulerConfig.of(config.with("num_train_timesteps", 1000)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("trained_betas = 10 values (expected: num_train_timesteps = 1000)");
    }

    @ParameterizedTest
    @CsvSource({"ddim, 1", "ddim, 3", "dpm, 1", "dpm, 3"})
    void noisingAndVelocityEqualDiffusers(String kind, int shift) {
        NoiseSchedule schedule = SchedulerConfig.cogVideoX(shift).schedule();
        Tensor x0 = TRAINING.get("original");
        Tensor noise = TRAINING.get("noise");
        long[] t = TRAINING.get("timesteps").toLongs();
        String key = kind + "/shift" + shift;

        Tensor noisy = schedule.addNoise(x0, noise, t);
        Tensor velocity = schedule.velocity(x0, noise, t);
        Tensor recovered = Prediction.V.x0(velocity, noisy, schedule.shares(noisy, t));
        Closeness.assertClose("noisy", noisy, TRAINING.get(key + "/noisy"), 1e-7);
        Closeness.assertClose("velocity", velocity, TRAINING.get(key + "/velocity"), 1e-7);
        Closeness.assertClose("recovered", recovered, TRAINING.get(key + "/recovered"), 1e-6);
        Closeness.assertClose("x0", recovered, x0, 1e-6);
        Tensor half = schedule.addNoise(x0.to(DType.BF16), noise.to(DType.BF16), t);
        assertThat(half.equalTo(TRAINING.get("ddim/shift" + shift + "/noisy_bf16")))
                .as("bf16 noising is equal to the bit")
                .isTrue();
    }

    @Test
    void refusesWhatIsNotAScheduler() {
        assertThatThrownBy(() -> SchedulerConfig.of(Config.of("EulerDiscreteScheduler")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("CogVideoXDDIMScheduler or CogVideoXDPMScheduler");
        assertThatThrownBy(() ->
                        SchedulerConfig.of(Config.of("CogVideoXDDIMScheduler").with("snr_shift_scale", 0)))
                .hasMessageContaining("snr_shift_scale = 0.0 (expected: above 0)");
        assertThatThrownBy(() ->
                        SchedulerConfig.of(Config.of("CogVideoXDDIMScheduler").with("snr_shift_scal", 3)))
                .hasMessageContaining("the nearest is snr_shift_scale");
        assertThatThrownBy(() ->
                        SchedulerConfig.of(Config.of("CogVideoXDDIMScheduler").with("rescale_betas_zero_snr", true)))
                .hasMessageContaining("prediction_type = epsilon");
        NoiseSchedule schedule = SchedulerConfig.cogVideoX(1).schedule();
        assertThatThrownBy(() -> schedule.alphaBar(1000)).hasMessageContaining("timestep = 1000 (expected: 0 to 999)");
        assertThatThrownBy(() -> schedule.alphaBar(-1)).hasMessageContaining("timestep = -1");
    }

    @Test
    void configSurvivesItsWriting() {
        for (CogVideoXScheduler.Kind kind : CogVideoXScheduler.Kind.values()) {
            CogVideoXScheduler scheduler = new CogVideoXScheduler(kind, SchedulerConfig.cogVideoX(3));
            CogVideoXScheduler read = CogVideoXScheduler.of(scheduler.config().toConfig(kind));
            assertThat(read.kind()).isEqualTo(kind);
            assertThat(read.config()).isEqualTo(scheduler.config());
        }
    }
}
