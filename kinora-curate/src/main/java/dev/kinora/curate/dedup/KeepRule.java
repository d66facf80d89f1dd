package dev.kinora.curate.dedup;

import java.util.Comparator;

/** Which of several clips that look alike is kept. */
public enum KeepRule {
    /** The one with most pixels, then most bits a pixel, then longest. */
    RESOLUTION,
    /** The one that pleases most, by a head over CLIP; unknown ones last. */
    AESTHETIC,
    /** The sharpest. */
    SHARPNESS,
    /** The longest. */
    LENGTH,
    /** The first in the order of sources and time. */
    FIRST;

    /**
     * A clip that may be kept.
     *
     * @param id of the clip
     * @param order its place by source and time
     * @param phash see {@link PerceptualHash#of}
     * @param pixels of a frame
     * @param bitsPerPixel of its file
     * @param seconds how long it is
     * @param sharpness 0 where unknown
     * @param aesthetic negative infinity where unknown
     */
    public record Candidate(
            String id,
            int order,
            String phash,
            long pixels,
            double bitsPerPixel,
            double seconds,
            double sharpness,
            double aesthetic) {}

    /** Better ones first; total, so that every run chooses alike. */
    Comparator<Candidate> order() {
        Comparator<Candidate> better = switch (this) {
            case RESOLUTION ->
                Comparator.<Candidate>comparingLong(c -> c.pixels)
                        .thenComparingDouble(c -> c.bitsPerPixel)
                        .thenComparingDouble(c -> c.seconds)
                        .reversed();
            case AESTHETIC ->
                Comparator.<Candidate>comparingDouble(c -> c.aesthetic).reversed();
            case SHARPNESS ->
                Comparator.<Candidate>comparingDouble(c -> c.sharpness).reversed();
            case LENGTH -> Comparator.<Candidate>comparingDouble(c -> c.seconds).reversed();
            case FIRST -> Comparator.comparingInt(c -> c.order);
        };
        return better.thenComparingInt(c -> c.order).thenComparing(c -> c.id);
    }
}
