package dev.kinora.train.latents;

import java.util.List;

/** Which clips each step sees: follows from seed and step alone. */
public interface StepPlan {
    /**
     * The clips of a step.
     *
     * @param step from 1
     * @return one entry for all clips of a micro-batch that have one shape
     */
    List<Batch> at(int step);

    /** Steps of one pass over all clips. */
    int stepsPerPass();

    /**
     * Clips of one shape.
     *
     * @param group the shape's number
     * @param clips numbers within the shape
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never kept
    record Batch(int group, int[] clips) {}
}
