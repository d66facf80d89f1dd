package dev.kinora.curate.cuts;

import dev.kinora.curate.cuts.FusionRule.Candidate;
import java.util.ArrayList;
import java.util.List;

/**
 * Fades by what there is to see at all, whatever moves meanwhile: before or after flat frames the picture's contrast goes
 * down to nothing or comes out of it by and by, or where there are only a few words, which hardly count in the contrast,
 * the range of its cells does. And fades of which a file has only a part: from its first frame on, or to its last, the
 * contrast grows or sinks by a good deal while the picture keeps its pattern.
 */
final class Fades {
    /** Contrast of what counts as flat: black, white, one grey. */
    static final double FLAT = 0.5;

    /** Range of the same, in levels: cells of film grain differ by that much. */
    private static final double FLAT_RANGE = 3;

    private static final double SMALLEST_CHANGE = 0.8;
    private static final int SHORTEST = 4;

    /** The longest fade, in seconds, and how much contrast or range may sink on its way up. */
    private static final double LONGEST = 3;

    private static final double SLACK = 0.06;

    /** Correlation of the cells of two frames within a fade. */
    private static final double SAME_PATTERN = 0.95;

    private final CutSignals s;
    private final boolean[] cut;
    private final List<Candidate> found = new ArrayList<>();

    /**
     * Looks at one file.
     *
     * @param cut frames that are the first of a shot, [frames + 1]
     */
    Fades(CutSignals s, boolean[] cut) {
        this.s = s;
        this.cut = cut;
    }

    /**
     * All that may be fades; several of one.
     *
     * @param words the least range that fades in or out where the contrast does not, in levels
     * @param share of its contrast that a picture may have at most where a file begins or ends within a fade
     */
    List<Candidate> find(double words, double share) {
        double[] contrast = new double[s.frames()];
        double[] range = new double[s.frames()];
        for (int i = 0; i < contrast.length; i++) {
            contrast[i] = s.contrast(i);
            range[i] = s.range(i);
        }
        for (int i = 0; i < contrast.length; i++) {
            for (int way = -1; way <= 1; way += 2) {
                int next = Math.clamp(i + way, 0, contrast.length - 1);
                if (contrast[i] <= FLAT && contrast[next] > FLAT) {
                    int far = far(contrast, i, way, 0.2);
                    if (s.distance(i, far) >= SMALLEST_CHANGE) {
                        add(contrast, i, far);
                    }
                }
            }
        }
        for (int i = 0; i < contrast.length; i++) {
            for (int way = -1; way <= 1; way += 2) {
                int next = Math.clamp(i + way, 0, contrast.length - 1);
                if (range[i] <= FLAT_RANGE && range[next] > FLAT_RANGE) {
                    int far = far(range, i, way, 1);
                    if (range[far] - range[i] >= words) {
                        add(range, i, far);
                    }
                }
            }
        }
        if (contrast.length > 1) {
            part(contrast, 0, 1, share);
            part(contrast, contrast.length - 1, -1, share);
        }
        return found;
    }

    private void part(double[] contrast, int end, int way, double share) {
        int far = far(contrast, end, way, 0.2);
        while (far != end && correlation(end, far) < SAME_PATTERN) {
            far -= way;
        }
        if (contrast[end] > FLAT && contrast[end] <= share * contrast[far]) {
            add(contrast, end, far);
        }
    }

    /** How far from a frame the values go on growing; they may sink again by {@code slack} and a share of what they are. */
    private int far(double[] values, int from, int way, double slack) {
        int longest = (int) Math.round(LONGEST * s.frameRate());
        double most = values[from];
        int far = from;
        for (int k = from + way; k >= 0 && k < values.length && Math.abs(k - from) <= longest; k += way) {
            boolean broken = cut[Math.max(k, k - way)] || values[k] < most * (1 - SLACK) - slack;
            if (broken) {
                break;
            }
            if (values[k] > most * (1 + SLACK)) {
                far = k;
            }
            most = Math.max(most, values[k]);
        }
        return far;
    }

    /** A candidate, unless it is short or one frame goes much of the way. */
    private void add(double[] values, int from, int to) {
        if (Math.abs(to - from) < SHORTEST) {
            return;
        }
        double most = FusionRule.LARGEST_STEP * s.distance(from, to);
        double rise = FusionRule.LARGEST_STEP * Math.abs(values[to] - values[from]);
        int way = Integer.signum(to - from);
        boolean noise = s.distance(from, to) < SMALLEST_CHANGE; // as large from frame to frame as the way is long
        for (int k = from; k != to; k += way) {
            if (Math.abs(values[k + way] - values[k]) > rise || (!noise && s.distance(k, k + way) > most)) {
                return;
            }
        }
        found.add(new Candidate(Math.min(from, to), Math.max(from, to), 2));
    }

    /** Pearson's, of two frames' samples about the mean of their channel. */
    private double correlation(int a, int b) {
        byte[] x = s.thumbnails()[a];
        byte[] y = s.thumbnails()[b];
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int c = 0; c < 3; c++) {
            double mx = mean(x, c);
            double my = mean(y, c);
            for (int i = c; i < x.length; i += 3) {
                double u = (x[i] & 255) - mx;
                double v = (y[i] & 255) - my;
                xy += u * v;
                xx += u * u;
                yy += v * v;
            }
        }
        return xy / Math.sqrt(Math.max(xx * yy, 1e-9));
    }

    private static double mean(byte[] values, int channel) {
        int sum = 0;
        for (int i = channel; i < values.length; i += 3) {
            sum += values[i] & 255;
        }
        return 3.0 * sum / values.length;
    }
}
