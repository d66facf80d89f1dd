package dev.kinora.train.optim;

import dev.kinora.train.internal.Checks;

/**
 * A learning rate that rises linearly over a warm-up and then falls along a half cosine to a floor.
 *
 * @param peak after the warm-up
 * @param warmup steps
 * @param steps after which it stays at the floor
 * @param floor as a fraction of the peak; 1 keeps the rate constant
 */
public record LearningRate(double peak, int warmup, int steps, double floor) {
    /** Checks the ranges. */
    public LearningRate {
        Checks.require(peak > 0, "learning rate", "peak", peak, "above 0");
        Checks.require(warmup >= 0, "learning rate", "warmup", warmup, "0 or more");
        Checks.require(steps > warmup, "learning rate", "steps", steps, "more than the " + warmup + " of the warm-up");
        Checks.require(floor >= 0 && floor <= 1, "learning rate", "floor", floor, "0..1");
    }

    /** The rate of the update that makes step {@code step}, counted from 1. */
    public double at(int step) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double s = Math.min(1, (double) (step - warmup) / (steps - warmup));
        return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * s)));
    }
}
