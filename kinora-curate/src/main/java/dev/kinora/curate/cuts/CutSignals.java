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

    /** What never gets lighter than this is a bar, not picture, in levels. */
    private static final int BLACK = 12;

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

    /** The lightest of a thumbnail's cells less the darkest, as the mean of the channels, 0..255. */
    double range(int frame) {
        byte[] x = thumbnails[clamp(frame)];
        int most = 0;
        int least = 3 * 255;
        for (int i = 0; i < x.length; i += 3) {
            int sum = (x[i] & 255) + (x[i + 1] & 255) + (x[i + 2] & 255);
            most = Math.max(most, sum);
            least = Math.min(least, sum);
        }
        return (most - least) / 3.0;
    }

    /**
     * The same with thumbnails of the picture alone, where black bars frame it: those rows and columns of cells that are
     * black throughout the file, and the next one each, which a bar may reach into. As it is where hardly anything would
     * be left.
     */
    CutSignals withoutBars() {
        if (thumbnails.length == 0 || thumbnails[0].length != COLUMNS * ROWS * 3) {
            return this;
        }
        int[] most = new int[COLUMNS * ROWS];
        for (byte[] t : thumbnails) {
            for (int i = 0; i < t.length; i++) {
                most[i / 3] = Math.max(most[i / 3], t[i] & 255);
            }
        }
        int top = bar(most, 0, COLUMNS, 1, ROWS);
        int bottom = bar(most, (ROWS - 1) * COLUMNS, -COLUMNS, 1, ROWS);
        int left = bar(most, 0, 1, COLUMNS, COLUMNS);
        int right = bar(most, COLUMNS - 1, -1, COLUMNS, COLUMNS);
        int width = COLUMNS - left - right;
        int height = ROWS - top - bottom;
        if ((width == COLUMNS && height == ROWS) || width < COLUMNS / 4 || height < ROWS / 3) {
            return this;
        }
        byte[][] pictures = new byte[thumbnails.length][width * height * 3];
        for (int t = 0; t < pictures.length; t++) {
            for (int y = 0; y < height; y++) {
                int from = ((top + y) * COLUMNS + left) * 3;
                System.arraycopy(thumbnails[t], from, pictures[t], y * width * 3, width * 3);
            }
        }
        return new CutSignals(frameRate, content, pictures, ends, votes);
    }

    /** How many of {@code lines} lines of cells to leave out: from {@code at} inwards by {@code next}, each along {@code along}. */
    private static int bar(int[] most, int at, int next, int along, int lines) {
        int length = most.length / lines;
        int n = 0;
        while (n < lines) {
            int lightest = 0;
            for (int i = 0; i < length; i++) {
                lightest = Math.max(lightest, most[at + n * next + i * along]);
            }
            if (lightest > BLACK) {
                break;
            }
            n++;
        }
        return n == 0 ? 0 : n + 1;
    }

    private int clamp(int frame) {
        return Math.clamp(frame, 0, thumbnails.length - 1);
    }
}
