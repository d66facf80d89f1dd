package dev.kinora.curate.cuts;

import org.jspecify.annotations.Nullable;

/** How far each frame is from the one before: the weighted mean of what changed in hue, saturation, value and edges. */
final class ContentScore {
    private final ContentWeights weights;
    private final int kernel;
    private @Nullable FrameMeasures last;

    ContentScore(ContentWeights weights, int kernel) {
        if (kernel != 0 && (kernel < 3 || kernel % 2 == 0)) {
            throw new IllegalArgumentException(
                    "ContentDetector: kernel = " + kernel + " (expected: 0 to choose by size, or odd from 3 on)");
        }
        this.weights = weights;
        this.kernel = kernel;
    }

    /** 0 for the first frame. */
    double next(FrameMeasures frame) {
        FrameMeasures before = last;
        last = frame;
        if (before == null) {
            return 0;
        }
        double edges = weights.edges() > 0 ? frame.edgeDifference(before, kernel) : 0;
        double sum = frame.hueDifference(before) * weights.hue()
                + frame.saturationDifference(before) * weights.saturation()
                + frame.valueDifference(before) * weights.value()
                + edges * weights.edges();
        return sum
                / (Math.abs(weights.hue())
                        + Math.abs(weights.saturation())
                        + Math.abs(weights.value())
                        + Math.abs(weights.edges()));
    }
}
