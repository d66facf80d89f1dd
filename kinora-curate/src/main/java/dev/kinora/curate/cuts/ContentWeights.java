package dev.kinora.curate.cuts;

/**
 * What each part of a change counts; edges are only computed where theirs is above 0.
 *
 * @param hue change of hue, 0..180
 * @param saturation change of saturation, 0..255
 * @param value change of value, 0..255
 * @param edges change of edges, 0..255
 */
public record ContentWeights(double hue, double saturation, double value, double edges) {
    /** Colour alone. */
    public static final ContentWeights DEFAULT = new ContentWeights(1, 1, 1, 0);

    /** Brightness alone. */
    public static final ContentWeights LUMA_ONLY = new ContentWeights(0, 0, 1, 0);

    public ContentWeights {
        double sum = Math.abs(hue) + Math.abs(saturation) + Math.abs(value) + Math.abs(edges);
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ContentDetector: weights = " + hue + ", " + saturation + ", " + value
                    + ", " + edges + " (expected: at least one that is not 0)");
        }
    }
}
