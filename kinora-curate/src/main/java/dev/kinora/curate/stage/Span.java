package dev.kinora.curate.stage;

/**
 * A stretch of a video in ticks of its time base: from the first picture of it to the first no longer of it.
 *
 * @param startPts first tick
 * @param endPts first tick after it; {@link Long#MAX_VALUE} where it runs to the end
 */
public record Span(long startPts, long endPts) {
    public Span {
        if (endPts <= startPts) {
            throw new IllegalArgumentException(
                    "Span: endPts = " + endPts + " (expected: above startPts = " + startPts + ")");
        }
    }

    /** Whether a picture at this time belongs to it. */
    public boolean contains(long pts) {
        return pts >= startPts && pts < endPts;
    }
}
