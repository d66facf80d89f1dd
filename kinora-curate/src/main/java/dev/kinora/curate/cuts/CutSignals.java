package dev.kinora.curate.cuts;

import java.util.List;

/**
 * What one decoding of a file left for the rule that finds transitions: a few numbers and a tiny picture a frame.
 *
 * @param frameRate nominal frames a second
 * @param content change from the frame before, as {@link ContentDetector} scores it, [frames]
 * @param thumbnails 16 x 9 RGB of each frame, [frames][432]
 * @param ends TransNet V2's probability of each frame to be the last of its shot, [frames]; empty where it did not look
 * @param votes of all detectors, by frame
 */
@SuppressWarnings("ArrayRecordComponent") // series as long as the video; compared by nobody
public record CutSignals(double frameRate, double[] content, byte[][] thumbnails, float[] ends, List<Vote> votes) {
    /** Columns of a thumbnail. */
    static final int COLUMNS = 16;

    /** Rows of a thumbnail. */
    static final int ROWS = 9;

    /** How many frames. */
    public int frames() {
        return content.length;
    }

    /** Mean absolute difference of two frames' thumbnails, 0..255; indices beyond the ends mean the ends. */
    double distance(int a, int b) {
        byte[] x = thumbnails[clamp(a)];
        byte[] y = thumbnails[clamp(b)];
        int sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.abs((x[i] & 255) - (y[i] & 255));
        }
        return (double) sum / x.length;
    }

    /** Share of the thumbnail's cells that differ by more than {@code least} levels in any channel. */
    double changedArea(int a, int b, int least) {
        byte[] x = thumbnails[clamp(a)];
        byte[] y = thumbnails[clamp(b)];
        int changed = 0;
        for (int i = 0; i < x.length; i += 3) {
            int most = 0;
            for (int c = 0; c < 3; c++) {
                most = Math.max(most, Math.abs((x[i + c] & 255) - (y[i + c] & 255)));
            }
            changed += most > least ? 1 : 0;
        }
        return 3.0 * changed / x.length;
    }

    /** Mean absolute difference of a thumbnail's cells from their mean: 0 for a flat picture. */
    double contrast(int frame) {
        byte[] x = thumbnails[clamp(frame)];
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            int total = 0;
            for (int i = c; i < x.length; i += 3) {
                total += x[i] & 255;
            }
            double mean = 3.0 * total / x.length;
            for (int i = c; i < x.length; i += 3) {
                sum += Math.abs((x[i] & 255) - mean);
            }
        }
        return sum / x.length;
    }

    private int clamp(int frame) {
        return Math.clamp(frame, 0, thumbnails.length - 1);
    }
}
