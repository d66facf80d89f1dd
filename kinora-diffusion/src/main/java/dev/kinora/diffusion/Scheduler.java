package dev.kinora.diffusion;

import dev.kinora.tensor.Tensor;
import dev.kinora.weights.Config;

/**
 * What diffusers calls a scheduler, without its state: which noise levels a run goes through, and how. {@link
 * #solver(int)} gives the solver of one run.
 */
public sealed interface Scheduler permits CogVideoXScheduler, FlowMatchEulerScheduler {
    /** A short name: {@code ddim}, {@code dpm} or {@code flow-euler}. */
    String name();

    /** The solver of a run from pure noise. */
    Solver solver(int steps);

    /**
     * The solver of a run that starts part of the way: its last {@code steps · strength} steps, rounded down. The sample
     * to start from is {@link #noised}.
     *
     * @param strength 1 keeps all steps, and with them nothing of the sample; at least one step must be left
     */
    Solver solver(int steps, double strength);

    /** A clean sample with the noise that such a run starts from. */
    Tensor noised(Tensor clean, Tensor noise, int steps, double strength);

    /** The scheduler that a {@code scheduler_config.json} names; CogVideoX's DDIM where it names none. */
    static Scheduler of(Config config) {
        return FlowMatchEulerScheduler.CLASS_NAME.equals(config.className())
                ? FlowMatchEulerScheduler.of(config)
                : CogVideoXScheduler.of(config);
    }

    /** How many steps a run of that strength leaves out. */
    static int skipped(int steps, double strength) {
        if (!(strength >= 0 && strength <= 1) || (int) (steps * strength) < 1) {
            throw new IllegalArgumentException("Scheduler: strength = " + strength + " (expected: " + 1.0 / steps
                    + " to 1, so that at least one of " + steps + " steps is left)");
        }
        return steps - (int) (steps * strength);
    }
}
