package dev.kinora.curate.cuts;

import dev.kinora.media.Image;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the detectors compare of a frame, computed once for all of them, in the arithmetic of OpenCV 4.13: HSV planes
 * with hue in half degrees, brightness (Y of YUV), the mean of all samples, and on demand edges and perceptual hashes.
 */
public final class FrameMeasures {
    private static final AtomicLong SERIAL = new AtomicLong();
    private static final int SHIFT = 12;
    private static final int[] HUE = table(180 / 6.0);
    private static final int[] SATURATION = table(255);

    private final int width;
    private final int height;
    private final byte[] hue;
    private final byte[] saturation;
    private final byte[] value;
    private final int[] brightness = new int[256];
    private final Image image;
    private final double mean;
    private final double deviation;
    private final Map<Integer, byte[]> edges = new HashMap<>();
    private final long serial = SERIAL.incrementAndGet();
    private Differences differences = new Differences(0, 0, 0, 0);
    private @Nullable HashKey hashKey;
    private boolean[] hash = {};

    private record HashKey(int size, int lowpass) {}

    /** What several detectors ask of one pair; the other by its number, since a reference would hold all frames in a row. */
    private record Differences(long other, double hue, double saturation, double value) {}

    private static int[] table(double range) {
        int[] out = new int[256];
        for (int i = 1; i < 256; i++) {
            out[i] = (int) Math.rint(range * (1 << SHIFT) / i);
        }
        return out;
    }

    private FrameMeasures(Image image) {
        this.image = image;
        width = image.width();
        height = image.height();
        int n = width * height;
        hue = new byte[n];
        saturation = new byte[n];
        value = new byte[n];
        byte[] rgb = image.rgb();
        long sum = 0;
        for (int i = 0, k = 0; i < n; i++, k += 3) {
            int r = rgb[k] & 255;
            int g = rgb[k + 1] & 255;
            int b = rgb[k + 2] & 255;
            int v = Math.max(r, Math.max(g, b));
            int diff = v - Math.min(r, Math.min(g, b));
            int sector = v == r ? g - b : v == g ? b - r + 2 * diff : r - g + 4 * diff;
            int h = (sector * HUE[diff] + (1 << (SHIFT - 1))) >> SHIFT;
            hue[i] = (byte) (h < 0 ? h + 180 : h);
            saturation[i] = (byte) ((diff * SATURATION[v] + (1 << (SHIFT - 1))) >> SHIFT);
            value[i] = (byte) v;
            brightness[(r * 4899 + g * 9617 + b * 1868 + 8192) >> 14]++;
            sum += r + g + b;
        }
        mean = (double) sum / (3L * n);
        deviation = deviation(brightness, n);
    }

    /** Measures a picture of at least 1x1; it is kept. */
    public static FrameMeasures of(Image image) {
        return new FrameMeasures(image);
    }

    /**
     * The size that frames are brought to before they are measured: 256 columns, rows in proportion; smaller frames stay
     * as they are.
     *
     * @return columns, rows
     */
    public static int[] size(int width, int height) {
        double factor = width < 256 ? 1 : width / 256.0;
        return new int[] {Math.max(1, (int) Math.rint(width / factor)), Math.max(1, (int) Math.rint(height / factor))};
    }

    private static double deviation(int[] histogram, int n) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 256; i++) {
            sum += (double) histogram[i] * i;
            squares += (double) histogram[i] * i * i;
        }
        return Math.sqrt(Math.max(0, squares / n - sum / n * (sum / n)));
    }

    /** Pixels measured. */
    public int pixels() {
        return width * height;
    }

    /** The picture measured. */
    public Image image() {
        return image;
    }

    /** Mean of all samples of all channels, 0..255. */
    public double mean() {
        return mean;
    }

    /** Standard deviation of the brightness: 0 for a flat picture. */
    public double deviation() {
        return deviation;
    }

    /** Mean absolute difference in hue, 0..180, not taken around the circle. */
    public double hueDifference(FrameMeasures other) {
        return differences(other).hue;
    }

    /** Mean absolute difference in saturation, 0..255. */
    public double saturationDifference(FrameMeasures other) {
        return differences(other).saturation;
    }

    /** Mean absolute difference in value, 0..255. */
    public double valueDifference(FrameMeasures other) {
        return differences(other).value;
    }

    /** Mean absolute difference of the edge maps, 0..255; {@code kernel} pixels wide, 0 to choose by size. */
    public double edgeDifference(FrameMeasures other, int kernel) {
        return difference(edges(kernel), other.edges(kernel));
    }

    private Differences differences(FrameMeasures other) {
        if (differences.other != other.serial) {
            differences = new Differences(
                    other.serial,
                    difference(hue, other.hue),
                    difference(saturation, other.saturation),
                    difference(value, other.value));
        }
        return differences;
    }

    private byte[] edges(int kernel) {
        return edges.computeIfAbsent(kernel, k -> Edges.of(value, width, height, k));
    }

    private static double difference(byte[] a, byte[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(
                    "FrameMeasures: pixels = " + b.length + " (expected: " + a.length + " as the frame before)");
        }
        return (double) absoluteDifference(a, b) / a.length;
    }

    private static long absoluteDifference(byte[] a, byte[] b) {
        long total = 0;
        for (int from = 0; from < a.length; from += 1 << 20) {
            int to = Math.min(a.length, from + (1 << 20));
            int sum = 0; // an int, so that the loop becomes vector code
            for (int i = from; i < to; i++) {
                sum += Math.abs((a[i] & 255) - (b[i] & 255));
            }
            total += sum;
        }
        return total;
    }

    /** The brightness histogram of {@code bins} equal bins, scaled to length 1, [bins]. */
    public float[] histogram(int bins) {
        int[] counts = new int[bins];
        double scale = bins / 256.0;
        for (int i = 0; i < 256; i++) {
            counts[(int) Math.floor(i * scale)] += brightness[i];
        }
        double squares = 0;
        for (int c : counts) {
            squares += (double) c * c;
        }
        float unit = (float) (1 / Math.sqrt(squares));
        float[] out = new float[bins];
        for (int i = 0; i < bins; i++) {
            out[i] = counts[i] * unit;
        }
        return out;
    }

    /** Pearson's correlation of two histograms, -1..1; 1 where one of them is even. */
    public static double correlation(float[] a, float[] b) {
        double s1 = 0;
        double s2 = 0;
        double s11 = 0;
        double s22 = 0;
        double s12 = 0;
        for (int i = 0; i < a.length; i++) {
            double x = a[i];
            double y = b[i];
            s1 += x;
            s2 += y;
            s11 += x * x;
            s22 += y * y;
            s12 += x * y;
        }
        double scale = 1.0 / a.length;
        double below = (s11 - s1 * s1 * scale) * (s22 - s2 * s2 * scale);
        return Math.abs(below) > Math.ulp(1.0) ? (s12 - s1 * s2 * scale) / Math.sqrt(below) : 1;
    }

    /**
     * Share of the bits in which two perceptual hashes differ, 0..1.
     *
     * @param size the hash has size x size bits
     * @param lowpass the part of the frequencies kept is one in this many on each axis
     */
    public double hashDistance(FrameMeasures other, int size, int lowpass) {
        boolean[] a = hash(size, lowpass);
        boolean[] b = other.hash(size, lowpass);
        int different = 0;
        for (int i = 0; i < a.length; i++) {
            different += a[i] == b[i] ? 0 : 1;
        }
        return different / (double) a.length;
    }

    private boolean[] hash(int size, int lowpass) {
        HashKey key = new HashKey(size, lowpass);
        if (!key.equals(hashKey)) {
            hash = PerceptualHash.of(image, size, lowpass);
            hashKey = key;
        }
        return hash;
    }
}
