package dev.kinora.curate.cut;

import dev.kinora.curate.stage.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Shots brought to lengths that training wants.
 *
 * @param minSeconds shorter ones are left out
 * @param maxSeconds longer ones are divided evenly
 */
public record Pieces(double minSeconds, double maxSeconds) {
    public Pieces {
        if (!(minSeconds >= 0) || !(maxSeconds >= 2 * minSeconds) || !(maxSeconds > 0) || maxSeconds > 86_400) {
            throw new IllegalArgumentException("Pieces: minSeconds, maxSeconds = " + minSeconds + ", " + maxSeconds
                    + " (expected: 0 or more, and at least twice that, at most a day)");
        }
    }

    /**
     * Divides shots.
     *
     * @param shots in order
     * @param pts time of every frame, ascending
     * @param seconds the same in seconds
     * @param endPts first tick after the last frame
     * @param endSeconds the same in seconds
     */
    public List<Span> of(List<Span> shots, long[] pts, double[] seconds, long endPts, double endSeconds) {
        List<Span> out = new ArrayList<>();
        for (Span shot : shots) {
            int first = lowerBound(pts, shot.startPts());
            int last = lowerBound(pts, shot.endPts());
            if (first >= last) {
                continue;
            }
            double start = seconds[first];
            double length = (last < seconds.length ? seconds[last] : endSeconds) - start;
            int n = Math.max(1, (int) Math.ceil(length / maxSeconds - 1e-9));
            if (length / n < minSeconds) {
                continue;
            }
            int from = first;
            for (int k = 1; k <= n; k++) {
                int to = k == n ? last : lowerBound(seconds, start + length * k / n);
                long end = to < pts.length ? pts[to] : endPts;
                if (to > from) {
                    out.add(new Span(pts[from], k == n ? Math.min(shot.endPts(), end) : end));
                }
                from = to;
            }
        }
        return out;
    }

    private static int lowerBound(long[] sorted, long value) {
        int i = java.util.Arrays.binarySearch(sorted, value);
        return i >= 0 ? i : -i - 1;
    }

    private static int lowerBound(double[] sorted, double value) {
        int i = java.util.Arrays.binarySearch(sorted, value - 1e-9);
        return i >= 0 ? i : -i - 1;
    }
}
