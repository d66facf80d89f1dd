package dev.kinora.curate.cuts;

import java.util.List;

/** A cut in the middle of the time that the picture was black (or white) between two shots. */
public final class ThresholdDetector implements CutDetector {
    private final int threshold;
    private final int minSceneLength;
    private final double fadeBias;
    private final Level level;
    private int lastCut = -1;
    private int lastFade;
    private int wentOut;
    private boolean out;
    private double score;

    /** Which side of the threshold a faded picture is on. */
    public enum Level {
        /** Below: fades to black. */
        FLOOR,
        /** At or above: fades to white. */
        CEILING
    }

    /** Mean below 12, cut in the middle, shots of 15 frames and more. */
    public ThresholdDetector() {
        this(12, 15, 0, Level.FLOOR);
    }

    /**
     * A detector.
     *
     * @param threshold mean of all samples, 0..255
     * @param minSceneLength frames of the shortest shot
     * @param fadeBias where between the fade-out (-1) and the fade-in (1) the cut lies
     */
    public ThresholdDetector(int threshold, int minSceneLength, double fadeBias, Level level) {
        this.threshold = (int) CutDetector.check("ThresholdDetector", "threshold", threshold, 0, 255);
        this.fadeBias = CutDetector.check("ThresholdDetector", "fadeBias", fadeBias, -1, 1);
        this.minSceneLength = minSceneLength;
        this.level = level;
    }

    @Override
    public String name() {
        return "threshold";
    }

    @Override
    public List<Integer> accept(int index, FrameMeasures frame) {
        score = frame.mean();
        boolean faded = level == Level.FLOOR ? score < threshold : score >= threshold;
        if (lastCut < 0) {
            lastCut = index;
            lastFade = index;
            wentOut = index;
            out = faded;
            return List.of();
        }
        if (faded == out) {
            return List.of();
        }
        List<Integer> cut = List.of();
        if (out && index - lastCut >= minSceneLength) {
            cut = List.of(lastFade + (int) Math.rint((index - lastFade) * (1 + fadeBias) / 2));
            lastCut = index;
        }
        wentOut = faded ? index : wentOut;
        out = faded;
        lastFade = index;
        return cut;
    }

    /** The frame at which the picture last went out: with the cut just given, the first of the stretch it is in the middle of. */
    int wentOut() {
        return wentOut;
    }

    @Override
    public double score() {
        return score;
    }
}
