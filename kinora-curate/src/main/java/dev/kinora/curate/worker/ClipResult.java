package dev.kinora.curate.worker;

import java.util.Map;

/**
 * One clip as it was made.
 *
 * @param id 32 hexadecimal digits from the source's content, the span and how it was cut: the same clip always has the
 *     same
 * @param shot which of the source's shots it is of, from 0
 * @param startPts first tick in the source
 * @param endPts first tick after it
 * @param startSeconds the same in seconds from the source's first frame
 * @param seconds how long it is
 * @param frames how many frames it has
 * @param width pixels per row
 * @param height rows
 * @param cut {@code copy} or {@code exact}: how it really was cut
 * @param bytes size of its file
 * @param sha256 of its file
 * @param phash what it looks like, 48 hexadecimal digits
 * @param scores by column
 * @param embedding of what it shows, see {@link Vectors}; empty where no stage embeds
 */
public record ClipResult(
        String id,
        int shot,
        long startPts,
        long endPts,
        double startSeconds,
        double seconds,
        int frames,
        int width,
        int height,
        String cut,
        long bytes,
        String sha256,
        String phash,
        Map<String, Double> scores,
        String embedding) {
    public ClipResult {
        scores = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(scores));
    }

    /** Name of its file. */
    public String fileName() {
        return id + ".mp4";
    }
}
