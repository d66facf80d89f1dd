package dev.kinora.curate.cut;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A place in a video where detectors saw a change, in its own time.
 *
 * @param kind {@code cut}, {@code gradual}, or {@code none} where there were votes and no transition came of them
 * @param startPts tick of the first frame that is not wholly of the shot before
 * @param endPts tick of the first frame that is wholly of the shot after; of a cut the same
 * @param startSeconds the first of these from the video's first frame
 * @param endSeconds the second
 * @param confidence how far above its bars the rule found a transition, 0..1; 0 where there is none
 * @param votes score by detector, of those who voted
 */
public record Change(
        String kind,
        long startPts,
        long endPts,
        double startSeconds,
        double endSeconds,
        double confidence,
        Map<String, Double> votes) {
    public Change {
        votes = Collections.unmodifiableMap(new LinkedHashMap<>(votes));
    }
}
