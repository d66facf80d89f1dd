package dev.kinora.curate.cuts;

import java.util.List;

/** A cut where the brightness histogram correlates too little with that of the frame before. */
public final class HistogramDetector implements CutDetector {
    private final double threshold;
    private final int bins;
    private final int minSceneLength;
    private float[] last = {};
    private int lastCut = -1;
    private double score = 1;

    /** Difference .20 over 128 bins, shots of 15 frames and more; releases before 0.7.1 had .05 over 256. */
    public HistogramDetector() {
        this(0.20, 128, 15);
    }

    /**
     * A detector.
     *
     * @param threshold how far below 1 the correlation has to fall, 0..1
     * @param bins 1..256
     * @param minSceneLength frames of the shortest shot
     */
    public HistogramDetector(double threshold, int bins, int minSceneLength) {
        this.threshold = 1 - CutDetector.check("HistogramDetector", "threshold", threshold, 0, 1);
        this.bins = (int) CutDetector.check("HistogramDetector", "bins", bins, 1, 256);
        this.minSceneLength = minSceneLength;
    }

    @Override
    public String name() {
        return "histogram";
    }

    @Override
    public List<Integer> accept(int index, FrameMeasures frame) {
        if (lastCut < 0) {
            lastCut = index;
        }
        float[] histogram = frame.histogram(bins);
        boolean first = last.length == 0;
        score = first ? 1 : FrameMeasures.correlation(last, histogram);
        last = histogram;
        if (!first && score <= threshold && index - lastCut >= minSceneLength) {
            lastCut = index;
            return List.of(index);
        }
        return List.of();
    }

    @Override
    public double score() {
        return score;
    }
}
