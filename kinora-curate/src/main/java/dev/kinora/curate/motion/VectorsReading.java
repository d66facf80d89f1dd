package dev.kinora.curate.motion;

import dev.kinora.media.MotionVectors;
import java.util.Arrays;

/** What the vectors of a predicted picture say, as a row of values; speeds in short sides a second, NaN where none tells. */
final class VectorsReading {
    static final int SECONDS = 0;
    static final int KNOWN = 1;
    static final int MEAN = 2;
    static final int P95 = 3;
    static final int PATCH = 4;

    /** Patches a side. */
    static final int PATCHES = 4;

    static final int VALUES = PATCH + PATCHES * PATCHES;

    /** The smallest block with a vector of its own, in pixels a side. */
    private static final int CELL = 8;

    private VectorsReading() {}

    /** @param seconds since the picture that the vectors point to */
    static double[] of(MotionVectors vectors, double seconds) {
        int w = (vectors.width() + CELL - 1) / CELL;
        int h = (vectors.height() + CELL - 1) / CELL;
        float[] speeds = speeds(vectors, w, h, 1 / (seconds * Math.min(vectors.width(), vectors.height())));
        double[] out = new double[VALUES];
        int[] count = new int[PATCHES * PATCHES];
        double sum = 0;
        int known = 0;
        for (int y = 0, i = 0; y < h; y++) {
            for (int x = 0; x < w; x++, i++) {
                if (!Float.isNaN(speeds[i])) {
                    int patch = y * PATCHES / h * PATCHES + x * PATCHES / w;
                    out[PATCH + patch] += speeds[i];
                    count[patch]++;
                    sum += speeds[i];
                    known++;
                }
            }
        }
        for (int k = 0; k < count.length; k++) {
            out[PATCH + k] = count[k] == 0 ? Double.NaN : out[PATCH + k] / count[k];
        }
        Arrays.sort(speeds); // those that are not known come last
        out[SECONDS] = seconds;
        out[KNOWN] = (double) known / speeds.length;
        out[MEAN] = known == 0 ? Double.NaN : sum / known;
        out[P95] = known == 0 ? Double.NaN : speeds[(int) (0.95 * (known - 1))];
        return out;
    }

    /** Of each cell, [h, w]; NaN where no block lies. */
    private static float[] speeds(MotionVectors vectors, int w, int h, double unit) {
        float[] speeds = new float[w * h];
        Arrays.fill(speeds, Float.NaN);
        float[] b = vectors.blocks();
        for (int i = 0; i < b.length; i += MotionVectors.VALUES) {
            float speed = (float) (Math.hypot(b[i + 4], b[i + 5]) * unit);
            int left = Math.max(0, Math.round((b[i] - b[i + 2] / 2) / CELL));
            int top = Math.max(0, Math.round((b[i + 1] - b[i + 3] / 2) / CELL));
            int right = Math.min(w, left + Math.max(1, Math.round(b[i + 2] / CELL)));
            int bottom = Math.min(h, top + Math.max(1, Math.round(b[i + 3] / CELL)));
            for (int y = top; y < bottom; y++) {
                Arrays.fill(speeds, y * w + Math.min(left, right), y * w + right, speed);
            }
        }
        return speeds;
    }
}
