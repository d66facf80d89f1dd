package dev.kinora.curate.cuts;

import java.util.List;

/** A cut where the change from the frame before reaches a threshold. */
public final class ContentDetector implements CutDetector {
    private final double threshold;
    private final ContentScore content;
    private final MergeFilter filter;
    private double score;

    /** Threshold 27, shots of 15 frames and more, colour alone. */
    public ContentDetector() {
        this(27, 15, ContentWeights.DEFAULT, 0);
    }

    /**
     * A detector.
     *
     * @param threshold mean change that is a cut, 0..255
     * @param minSceneLength frames of the shortest shot
     * @param kernel width in pixels that edges are widened to, odd; 0 chooses by size
     */
    public ContentDetector(double threshold, int minSceneLength, ContentWeights weights, int kernel) {
        this.threshold = CutDetector.check("ContentDetector", "threshold", threshold, 0, 255);
        content = new ContentScore(weights, kernel);
        filter = new MergeFilter(minSceneLength);
    }

    @Override
    public String name() {
        return "content";
    }

    @Override
    public List<Integer> accept(int index, FrameMeasures frame) {
        score = content.next(frame);
        return filter.next(index, score >= threshold);
    }

    @Override
    public double score() {
        return score;
    }
}
