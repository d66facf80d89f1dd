package dev.kinora.curate.cuts;

import java.util.List;

/**
 * Finds cuts in a sequence of frames, one frame at a time. The maths, defaults and names are those of PySceneDetect
 * 0.7, with whose results ours are equal frame for frame. Not for use by several threads at once.
 */
public sealed interface CutDetector
        permits ContentDetector, AdaptiveDetector, HistogramDetector, ThresholdDetector, HashDetector {
    /** {@code content}, {@code adaptive}, {@code histogram}, {@code threshold} or {@code hash}. */
    String name();

    /**
     * Looks at the next frame.
     *
     * @param index place in the sequence, from 0, without gaps
     * @return cuts that are certain now, each the index of a shot's first frame; not always this frame, which for some
     *     detectors is later
     */
    List<Integer> accept(int index, FrameMeasures frame);

    /** What was compared with the threshold at the last frame; of {@link AdaptiveDetector}, at the middle of its window. */
    double score();

    /** Refuses a value that is not one. */
    static double check(String detector, String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(
                    detector + ": " + name + " = " + value + " (expected: " + min + " to " + max + ")");
        }
        return value;
    }
}
