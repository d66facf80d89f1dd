package dev.kinora.curate.motion;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Samples;
import dev.kinora.curate.stage.Span;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * When the picture stands: between two frames no block of it changes by more than what coding leaves behind. Compared
 * with the frame at which it came to rest as well, so that what creeps is not taken for what stands.
 */
final class Stillness implements AutoCloseable {
    /** Blocks a side. */
    private static final int GRID = 12;

    /** Mean change of a block, in grey levels, that is still noise. */
    private static final double NOISE = 1.0;

    /** The same against the frame at rest. */
    private static final double DRIFT = 2.5;

    private static final int SECONDS = 0;
    private static final int STILL = 1;

    private Samples samples = new Samples(2);
    private byte[] before = new byte[0];
    private byte[] rest = new byte[0];
    private long beforePts;
    private double beforeSeconds;

    void begin() {
        samples = new Samples(2);
        before = new byte[0];
        rest = before;
    }

    void observe(Mat small, long pts, double seconds) {
        byte[] now = Look.bytes(small);
        if (now.length == before.length) {
            boolean still = change(before, now, small.cols(), small.rows()) <= NOISE
                    && change(rest, now, small.cols(), small.rows()) <= DRIFT;
            samples.add(beforePts, pts, seconds - beforeSeconds, still ? 1 : 0);
            rest = still ? rest : now;
        } else {
            rest = now;
        }
        before = now;
        beforePts = pts;
        beforeSeconds = seconds;
    }

    /** The largest mean difference of a block. */
    private static double change(byte[] a, byte[] b, int w, int h) {
        long[] sum = new long[GRID * GRID];
        int[] count = new int[GRID * GRID];
        for (int y = 0, i = 0; y < h; y++) {
            int row = y * GRID / h * GRID;
            for (int x = 0; x < w; x++, i++) {
                int block = row + x * GRID / w;
                sum[block] += Math.abs((a[i] & 255) - (b[i] & 255));
                count[block]++;
            }
        }
        double largest = 0;
        for (int k = 0; k < sum.length; k++) {
            largest = Math.max(largest, count[k] == 0 ? 0 : (double) sum[k] / count[k]);
        }
        return largest;
    }

    /**
     * How much of a span stands.
     *
     * @param share of its time, 0 to 1
     * @param longest without a break, in seconds
     */
    record Rest(double share, double longest) {}

    Rest in(Span span) {
        List<double[]> all = samples.in(span);
        double total = 0;
        double still = 0;
        double run = 0;
        double longest = 0;
        for (double[] r : all) {
            total += r[SECONDS];
            run = r[STILL] > 0 ? run + r[SECONDS] : 0;
            still += r[STILL] > 0 ? r[SECONDS] : 0;
            longest = Math.max(longest, run);
        }
        return all.isEmpty() ? new Rest(Double.NaN, Double.NaN) : new Rest(still / total, longest);
    }

    @Override
    public void close() {
        begin();
    }
}
