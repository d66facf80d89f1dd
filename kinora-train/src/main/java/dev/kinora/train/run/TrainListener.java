package dev.kinora.train.run;

import java.util.Map;

/** Hears how a run goes; called on the training thread. */
public interface TrainListener {
    /** A listener that does nothing. */
    TrainListener SILENT = new TrainListener() {};

    /**
     * After a step that is logged.
     *
     * @param step from 1
     * @param steps the last one
     * @param metrics by name, in a fixed order
     */
    default void onStep(int step, int steps, Map<String, Double> metrics) {}

    /** A line worth showing: a stage began, a checkpoint was written. */
    default void onNote(String note) {}

    /**
     * Asked before every step; true ends the run with a checkpoint of what it has reached.
     *
     * @param done steps made, those of before the run was resumed included
     */
    default boolean shouldStop(int done) {
        return false;
    }
}
