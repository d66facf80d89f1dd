package dev.kinora.diffusion;

/**
 * Where a sampling run stands.
 *
 * @param index the step, counted from 0
 * @param timestep what the network is told: 999 … 0 for a discrete schedule of 1000 steps, 1000 … 0 for a flow
 * @param steps how many steps the run has
 */
public record Moment(int index, double timestep, int steps) {
    /** Refuses an index outside the run. */
    public Moment {
        if (index < 0 || index >= steps) {
            throw new IllegalArgumentException("Moment: index = " + index + " (expected: 0 to " + (steps - 1) + ")");
        }
    }
}
