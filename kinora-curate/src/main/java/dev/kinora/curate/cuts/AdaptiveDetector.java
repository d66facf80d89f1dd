package dev.kinora.curate.cuts;

import java.util.List;

/** A cut where the change stands out from that of the frames around it: fast motion does not. */
public final class AdaptiveDetector implements CutDetector {
    private static final double CEILING = 255;

    private final double threshold;
    private final int minSceneLength;
    private final int width;
    private final double floor;
    private final ContentScore content;
    private final double[] window;
    private int lastCut = -1;
    private double score;

    /** Ratio 3 over two frames each side, change of at least 15, shots of 15 frames and more, colour alone. */
    public AdaptiveDetector() {
        this(3, 15, 2, 15, ContentWeights.DEFAULT, 0);
    }

    /**
     * A detector.
     *
     * @param threshold how many times the mean change around it a cut has
     * @param minSceneLength frames of the shortest shot
     * @param width frames on each side that the mean is of; at least 1
     * @param floor the least change that is a cut, 0..255
     * @param kernel width in pixels that edges are widened to, odd; 0 chooses by size
     */
    public AdaptiveDetector(
            double threshold, int minSceneLength, int width, double floor, ContentWeights weights, int kernel) {
        this.threshold = CutDetector.check("AdaptiveDetector", "threshold", threshold, 0, CEILING);
        this.floor = CutDetector.check("AdaptiveDetector", "floor", floor, 0, 255);
        this.width = (int) CutDetector.check("AdaptiveDetector", "width", width, 1, 1000);
        this.minSceneLength = minSceneLength;
        content = new ContentScore(weights, kernel);
        window = new double[2 * this.width + 1];
    }

    @Override
    public String name() {
        return "adaptive";
    }

    @Override
    public List<Integer> accept(int index, FrameMeasures frame) {
        if (lastCut < 0) {
            lastCut = index;
        }
        System.arraycopy(window, 1, window, 0, window.length - 1);
        window[window.length - 1] = content.next(frame);
        if (index < window.length - 1) {
            return List.of();
        }
        double target = window[width];
        double sum = 0;
        for (int i = 0; i < window.length; i++) {
            sum += i == width ? 0 : window[i];
        }
        double mean = sum / (2.0 * width);
        if (Math.abs(mean) >= 0.00001) {
            score = Math.min(target / mean, CEILING);
        } else {
            score = target >= floor ? CEILING : 0;
        }
        int at = index - width;
        if (score >= threshold && target >= floor && at - lastCut >= minSceneLength) {
            lastCut = at;
            return List.of(at);
        }
        return List.of();
    }

    @Override
    public double score() {
        return score;
    }
}
