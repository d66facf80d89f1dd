package dev.kinora.diffusion;

import dev.kinora.weights.Config;
import java.util.Arrays;

/**
 * A noise schedule with a way to solve it: what diffusers calls a scheduler, without its state. {@link #solver(int)}
 * gives the solver of one run.
 *
 * @param kind how steps are taken
 * @param config what the checkpoint says
 * @param schedule ᾱ of every timestep, made from the config
 */
public record Scheduler(Kind kind, SchedulerConfig config, NoiseSchedule schedule) {
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
    public Scheduler(Kind kind, SchedulerConfig config) {
        this(kind, config, config.schedule());
    }

    /** The scheduler that a {@code scheduler_config.json} names; DDIM where it names none. */
    public static Scheduler of(Config config) {
        SchedulerConfig fields = SchedulerConfig.of(config);
        return new Scheduler(Kind.DPM.className().equals(config.className()) ? Kind.DPM : Kind.DDIM, fields);
    }

    /** The same schedule, solved another way. */
    public Scheduler with(Kind other) {
        return new Scheduler(other, config, schedule);
    }

    /** The timesteps of a run of so many steps, highest first. */
    public long[] timesteps(int steps) {
        return config.timestepSpacing().timesteps(schedule.timesteps(), steps, config.stepsOffset());
    }

    /** The solver of a run from pure noise. */
    public Solver solver(int steps) {
        return solver(steps, timesteps(steps));
    }

    /**
     * The solver of a run that starts part of the way: its last {@code steps · strength} steps, rounded down. The sample
     * to start from is noised to {@link #startTimestep}.
     *
     * @param strength 1 keeps all steps, and with them nothing of the sample; at least one step must be left
     */
    public Solver solver(int steps, double strength) {
        return solver(steps, kept(steps, strength));
    }

    /** The timestep that a sample is noised to, for a run that starts part of the way. */
    public long startTimestep(int steps, double strength) {
        return kept(steps, strength)[0];
    }

    private long[] kept(int steps, double strength) {
        if (!(strength >= 0 && strength <= 1) || (int) (steps * strength) < 1) {
            throw new IllegalArgumentException("Scheduler: strength = " + strength + " (expected: " + 1.0 / steps
                    + " to 1, so that at least one of " + steps + " steps is left)");
        }
        return Arrays.copyOfRange(timesteps(steps), steps - (int) (steps * strength), steps);
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
