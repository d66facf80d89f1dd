package dev.kinora.diffusion;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@code scheduler_config.json} of diffusers' {@code CogVideoXDDIMScheduler} or {@code CogVideoXDPMScheduler}; names
 * and defaults are theirs.
 *
 * @param numTrainTimesteps T
 * @param betaStart first β
 * @param betaEnd last β
 * @param betaSchedule {@code linear}, {@code scaled_linear} or {@code squaredcos_cap_v2}
 * @param trainedBetas β of each timestep, instead of the three above
 * @param setAlphaToOne whether ᾱ past the last step is 1, else that of timestep 0
 * @param stepsOffset added to each timestep with leading spacing
 * @param predictionType what the network gives
 * @param timestepSpacing which timesteps a run visits
 * @param rescaleBetasZeroSnr whether the last timestep is made pure noise
 * @param snrShiftScale every SNR is divided by it
 */
public record SchedulerConfig(
        int numTrainTimesteps,
        double betaStart,
        double betaEnd,
        String betaSchedule,
        @Nullable List<Double> trainedBetas,
        boolean setAlphaToOne,
        int stepsOffset,
        Prediction predictionType,
        TimestepSpacing timestepSpacing,
        boolean rescaleBetasZeroSnr,
        double snrShiftScale) {

    /** Refuses what no schedule can be made of. */
    public SchedulerConfig {
        require(numTrainTimesteps >= 1, "num_train_timesteps", numTrainTimesteps, "at least 1");
        require(betaStart >= 0 && betaStart < 1, "beta_start", betaStart, "within 0 and 1");
        require(betaEnd > 0 && betaEnd < 1, "beta_end", betaEnd, "within 0 and 1");
        require(snrShiftScale > 0, "snr_shift_scale", snrShiftScale, "above 0");
        require(stepsOffset >= 0, "steps_offset", stepsOffset, "0 or more");
        if (trainedBetas != null) {
            trainedBetas = List.copyOf(trainedBetas);
            require(
                    trainedBetas.size() == numTrainTimesteps,
                    "trained_betas",
                    trainedBetas.size() + " values",
                    "num_train_timesteps = " + numTrainTimesteps);
        }
        require(
                !(rescaleBetasZeroSnr && predictionType == Prediction.EPSILON),
                "prediction_type",
                "epsilon",
                "v_prediction or sample: with rescale_betas_zero_snr the first step has no signal to divide by");
    }

    /** What CogVideoX is released with: v-prediction, trailing spacing, zero terminal SNR, SNR shift 3 (2B) or 1. */
    public static SchedulerConfig cogVideoX(double snrShiftScale) {
        return new SchedulerConfig(
                1000,
                0.00085,
                0.012,
                "scaled_linear",
                null,
                true,
                0,
                Prediction.V,
                TimestepSpacing.TRAILING,
                true,
                snrShiftScale);
    }

    /**
     * Reads the file's fields.
     *
     * @throws ConfigException with file, key and value of what cannot be used
     */
    public static SchedulerConfig of(Config config) {
        ConfigReader r =
                config.reader(CogVideoXScheduler.Kind.DDIM.className(), CogVideoXScheduler.Kind.DPM.className());
        r.ignore("clip_sample", "clip_sample_range", "sample_max_value"); // diffusers' steps read none of them
        try {
            return r.done(new SchedulerConfig(
                    r.integer("num_train_timesteps", 1000),
                    r.number("beta_start", 0.00085),
                    r.number("beta_end", 0.012),
                    r.choice("beta_schedule", "scaled_linear", "linear", "squaredcos_cap_v2"),
                    r.optionalNumbers("trained_betas"),
                    r.bool("set_alpha_to_one", true),
                    r.integer("steps_offset", 0),
                    Prediction.of(r.choice("prediction_type", "epsilon", "sample", "v_prediction")),
                    TimestepSpacing.of(r.choice("timestep_spacing", "leading", "trailing", "linspace")),
                    r.bool("rescale_betas_zero_snr", false),
                    r.number("snr_shift_scale", 3.0)));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(config.where() + ": " + e.getMessage(), e);
        }
    }

    /** ᾱ of every timestep. The SNR is shifted before the terminal one is made zero. */
    public NoiseSchedule schedule() {
        NoiseSchedule schedule;
        if (trainedBetas != null) {
            schedule = NoiseSchedule.ofBetas(
                    trainedBetas.stream().mapToDouble(Double::doubleValue).toArray());
        } else {
            schedule = switch (betaSchedule) {
                case "linear" -> NoiseSchedule.linear(betaStart, betaEnd, numTrainTimesteps);
                case "scaled_linear" -> NoiseSchedule.scaledLinear(betaStart, betaEnd, numTrainTimesteps);
                case "squaredcos_cap_v2" -> NoiseSchedule.squaredCosine(numTrainTimesteps);
                default ->
                    throw new IllegalArgumentException("SchedulerConfig: beta_schedule = " + betaSchedule
                            + " (expected: linear or scaled_linear or squaredcos_cap_v2)");
            };
        }
        schedule = schedule.shiftSnr(snrShiftScale);
        return rescaleBetasZeroSnr ? schedule.rescaleZeroTerminalSnr() : schedule;
    }

    /** The fields as diffusers writes them, for a scheduler of this kind. */
    public Config toConfig(CogVideoXScheduler.Kind kind) {
        return Config.of(kind.className())
                .with("beta_end", betaEnd)
                .with("beta_schedule", betaSchedule)
                .with("beta_start", betaStart)
                .with("clip_sample", false)
                .with("clip_sample_range", 1.0)
                .with("num_train_timesteps", numTrainTimesteps)
                .with("prediction_type", predictionType.key())
                .with("rescale_betas_zero_snr", rescaleBetasZeroSnr)
                .with("sample_max_value", 1.0)
                .with("set_alpha_to_one", setAlphaToOne)
                .with("snr_shift_scale", snrShiftScale)
                .with("steps_offset", stepsOffset)
                .with("timestep_spacing", timestepSpacing.key())
                .with("trained_betas", trainedBetas);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "SchedulerConfig: " + key + " = " + value + " (expected: " + expected + ")");
        }
    }
}
