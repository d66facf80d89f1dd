package dev.kinora.diffusion;

import dev.kinora.tensor.Tensor;
import dev.kinora.weights.Config;
import java.util.Arrays;
import java.util.Locale;

/**
 * CogVideoX's: a noise schedule with a way to solve it.
 *
 * @param kind how steps are taken
 * @param config what the checkpoint says
 * @param schedule ᾱ of every timestep, made from the config
 */
public record CogVideoXScheduler(Kind kind, SchedulerConfig config, NoiseSchedule schedule) implements Scheduler {
    /** The ways to take a step. */
    public enum Kind {
        /** Deterministic; CogVideoX-2B's default. */
        DDIM("CogVideoXDDIMScheduler"),
        /** Stochastic DPM-Solver++ of second order; the default of CogVideoX-5B and 1.5. */
        DPM("CogVideoXDPMScheduler");

        private final String className;

        Kind(String className) {
            this.className = className;
        }

        /** The diffusers class, as {@code _class_name} and {@code model_index.json} name it. */
        public String className() {
            return className;
        }
    }

    /** A scheduler with the schedule that the config describes. */
    public CogVideoXScheduler(Kind kind, SchedulerConfig config) {
        this(kind, config, config.schedule());
    }

    /** What a {@code scheduler_config.json} says; DDIM where it names no class. */
    public static CogVideoXScheduler of(Config config) {
        SchedulerConfig fields = SchedulerConfig.of(config);
        return new CogVideoXScheduler(Kind.DPM.className().equals(config.className()) ? Kind.DPM : Kind.DDIM, fields);
    }

    @Override
    public String name() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** The same schedule, solved another way. */
    public CogVideoXScheduler with(Kind other) {
        return new CogVideoXScheduler(other, config, schedule);
    }

    /** The timesteps of a run of so many steps, highest first. */
    public long[] timesteps(int steps) {
        return config.timestepSpacing().timesteps(schedule.timesteps(), steps, config.stepsOffset());
    }

    @Override
    public Solver solver(int steps) {
        return solver(steps, timesteps(steps));
    }

    @Override
    public Solver solver(int steps, double strength) {
        return solver(steps, kept(steps, strength));
    }

    @Override
    public Tensor noised(Tensor clean, Tensor noise, int steps, double strength) {
        return schedule.addNoise(clean, noise, kept(steps, strength)[0]);
    }

    private long[] kept(int steps, double strength) {
        return Arrays.copyOfRange(timesteps(steps), Scheduler.skipped(steps, strength), steps);
    }

    private Solver solver(int steps, long[] timesteps) {
        // Where steps does not divide T, a step ends somewhat off the next one's timestep; diffusers does the same.
        int stride = schedule.timesteps() / steps;
        double finalAlphaBar = config.setAlphaToOne() ? 1 : schedule.alphaBar(0);
        Walk walk = new Walk(schedule, timesteps, stride, finalAlphaBar);
        return switch (kind) {
            case DDIM -> new DdimSolver(walk, config.predictionType());
            case DPM -> new DpmSolver(walk, config.predictionType());
        };
    }
}
