package dev.kinora.train.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Windows of clips: where they lie is drawn by what moves there. A still background is soon learned; a window where
 * something moves costs a part of the clip and teaches nearly all that the clip would.
 */
final class Windows {
    /** The weight of a place where nothing moves, in times of what an even spread of the motion would give it. */
    private static final double STILL = 0.05;

    private Windows() {}

    /**
     * Cuts a window that stays in its place.
     *
     * @param rgb uint8 [F, H, W, 3] of the clip
     * @param of the clip's shape
     * @param window as long as the clip
     * @return uint8 [F, h, w, 3]
     */
    static byte[] cut(byte[] rgb, ClipShape of, ClipShape window, SplittableRandom random) {
        int place = place(changes(rgb, of), of, window, random);
        int places = of.width() - window.width() + 1;
        int left = place % places;
        int top = place / places;
        byte[] out = new byte[3 * window.width() * window.height() * window.frames()];
        int row = 3 * window.width();
        for (int f = 0; f < window.frames(); f++) {
            for (int y = 0; y < window.height(); y++) {
                int from = 3 * ((f * of.height() + top + y) * of.width() + left);
                System.arraycopy(rgb, from, out, row * (f * window.height() + y), row);
            }
        }
        return out;
    }

    /** How much each pixel changes from frame to frame, summed above and to the left: [H + 1, W + 1]. */
    private static long[] changes(byte[] rgb, ClipShape of) {
        int w = of.width();
        int h = of.height();
        int frame = 3 * w * h;
        long[] sums = new long[(w + 1) * (h + 1)];
        for (int y = 0; y < h; y++) {
            long row = 0;
            for (int x = 0; x < w; x++) {
                int at = 3 * (y * w + x);
                for (int f = 1; f < of.frames(); f++) {
                    for (int i = at + f * frame; i < at + f * frame + 3; i++) {
                        row += Math.abs((rgb[i] & 0xFF) - (rgb[i - frame] & 0xFF));
                    }
                }
                sums[(y + 1) * (w + 1) + x + 1] = sums[y * (w + 1) + x + 1] + row;
            }
        }
        return sums;
    }

    private static int place(long[] sums, ClipShape of, ClipShape window, SplittableRandom random) {
        int across = of.width() - window.width() + 1;
        int down = of.height() - window.height() + 1;
        int stride = of.width() + 1;
        double[] ends = new double[across * down]; // of each place's share, one after the other
        double even =
                (double) sums[sums.length - 1] * window.width() * window.height() / ((double) of.width() * of.height());
        double end = 0;
        for (int y = 0; y < down; y++) {
            for (int x = 0; x < across; x++) {
                int top = y * stride + x;
                int bottom = top + window.height() * stride;
                long moves = sums[bottom + window.width()] - sums[bottom] - sums[top + window.width()] + sums[top];
                end += moves + STILL * even + 1;
                ends[y * across + x] = end;
            }
        }
        int found = Arrays.binarySearch(ends, random.nextDouble() * end);
        return Math.min(found < 0 ? -found - 1 : found + 1, ends.length - 1);
    }
}
