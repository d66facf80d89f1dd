package dev.kinora.curate.cuts;

import dev.kinora.media.Image;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the detectors compare of a frame, computed once for all of them, in the arithmetic of OpenCV 4.13: HSV planes
 * with hue in half degrees, brightness (Y of YUV), the mean of all samples, a thumbnail, and on demand edges and hashes.
 */
public final class FrameMeasures {
    private static final AtomicLong SERIAL = new AtomicLong();

    private final int width;
    private final int height;
    private final int[] hsv; // hue << 16 | saturation << 8 | value, [pixels]
    private final int[] brightness = new int[256];
    private final byte[] thumbnail;
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

    private FrameMeasures(Image image) {
        this.image = image;
        width = image.width();
        height = image.height();
        int n = width * height;
        hsv = new int[n];
        PixelRow row = new PixelRow(width);
        Thumbnail small = new Thumbnail(width, height, CutSignals.COLUMNS, CutSignals.ROWS);
        long sum = 0;
        for (int y = 0; y < height; y++) {
            row.read(image.rgb(), y);
            row.hsv(hsv, y * width);
            row.brightness(brightness);
            sum += row.sum();
            small.add(y, row);
        }
        thumbnail = small.cells();
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
        checkSize(other.hsv.length);
        byte[] a = edges(kernel);
        byte[] b = other.edges(kernel);
        long different = 0;
        for (int i = 0; i < a.length; i++) {
            different += a[i] == b[i] ? 0 : 255;
        }
        return (double) different / a.length;
    }

    /** The mean of each cell of 16 x 9, RGB, [432]; not to be written to. */
    byte[] thumbnail() {
        return thumbnail;
    }

    private Differences differences(FrameMeasures other) {
        if (differences.other != other.serial) {
            checkSize(other.hsv.length);
            long hue = 0;
            long saturation = 0;
            long value = 0;
            for (int from = 0; from < hsv.length; from += 1 << 20) {
                int to = Math.min(hsv.length, from + (1 << 20)); // so that an int holds the sum
                hue += difference(hsv, other.hsv, from, to, 16);
                saturation += difference(hsv, other.hsv, from, to, 8);
                value += difference(hsv, other.hsv, from, to, 0);
            }
            double n = hsv.length;
            differences = new Differences(other.serial, hue / n, saturation / n, value / n);
        }
        return differences;
    }

    private void checkSize(int pixels) {
        if (pixels != hsv.length) {
            throw new IllegalArgumentException(
                    "FrameMeasures: pixels = " + pixels + " (expected: " + hsv.length + " as the frame before)");
        }
    }

    private static int difference(int[] a, int[] b, int from, int to, int shift) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += Math.abs(((a[i] >> shift) & 255) - ((b[i] >> shift) & 255));
        }
        return sum;
    }

    private byte[] edges(int kernel) {
        return edges.computeIfAbsent(kernel, k -> {
            byte[] value = new byte[hsv.length];
            for (int i = 0; i < value.length; i++) {
                value[i] = (byte) hsv[i];
            }
            return Edges.of(value, width, height, k);
        });
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
            hash = FrameHash.of(image, size, lowpass);
            hashKey = key;
        }
        return hash;
    }
}
