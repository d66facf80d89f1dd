package dev.kinora.curate.cuts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * One row of packed RGB, taken apart and converted. Each loop does little, over whole arrays at one index: the form that
 * becomes vector code, which a loop with all of it or with a table does not. Used for row after row.
 */
final class PixelRow {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SHIFT = 12;
    private static final int HALF = 1 << (SHIFT - 1);

    /** Of hue in half degrees for each of six sectors, and of saturation, in 20.12. */
    private static final float HUE = 180f / 6 * (1 << SHIFT);

    private static final float SATURATION = 255f * (1 << SHIFT);

    private final int width;
    private final int[] packed;
    private final int[] red;
    private final int[] green;
    private final int[] blue;
    private final int[] value;
    private final int[] range; // value less the least of the three
    private final int[] sector;
    private final int[] hueScale;
    private final int[] saturationScale;

    PixelRow(int width) {
        this.width = width;
        packed = new int[width];
        red = new int[width];
        green = new int[width];
        blue = new int[width];
        value = new int[width];
        range = new int[width];
        sector = new int[width];
        hueScale = new int[width];
        saturationScale = new int[width];
    }

    int[] red() {
        return red;
    }

    int[] green() {
        return green;
    }

    int[] blue() {
        return blue;
    }

    /** Takes a row of a picture of this width. */
    void read(byte[] rgb, int y) {
        join(rgb, y * width * 3, packed);
        split(packed, red, green, blue);
    }

    private static void join(byte[] rgb, int from, int[] out) {
        int last = out.length - 1;
        for (int i = 0; i < last; i++) {
            out[i] = (int) INT.get(rgb, from + 3 * i); // with the next pixel's red on top
        }
        int k = from + 3 * last;
        out[last] = (rgb[k] & 255) | (rgb[k + 1] & 255) << 8 | (rgb[k + 2] & 255) << 16;
    }

    private static void split(int[] packed, int[] red, int[] green, int[] blue) {
        for (int i = 0; i < packed.length; i++) {
            red[i] = packed[i] & 255;
            green[i] = (packed[i] >> 8) & 255;
            blue[i] = (packed[i] >> 16) & 255;
        }
    }

    /** Writes {@code hue << 16 | saturation << 8 | value} to {@code out} from {@code at} on, as OpenCV's 8-bit HSV. */
    void hsv(int[] out, int at) {
        extremes(red, green, blue, value, range);
        sectors(red, green, blue, value, range, sector);
        divide(HUE, range, hueScale);
        divide(SATURATION, value, saturationScale);
        pack(sector, hueScale, range, saturationScale, value, packed);
        System.arraycopy(packed, 0, out, at, width); // writing there would be at another index
    }

    private static void pack(int[] sector, int[] hueScale, int[] range, int[] scale, int[] value, int[] out) {
        for (int i = 0; i < out.length; i++) {
            int hue = (sector[i] * hueScale[i] + HALF) >> SHIFT;
            hue += 180 & (hue >> 31);
            out[i] = hue << 16 | ((range[i] * scale[i] + HALF) >> SHIFT) << 8 | value[i];
        }
    }

    private static void extremes(int[] red, int[] green, int[] blue, int[] value, int[] range) {
        for (int i = 0; i < value.length; i++) {
            int most = Math.max(red[i], Math.max(green[i], blue[i]));
            value[i] = most;
            range[i] = most - Math.min(red[i], Math.min(green[i], blue[i]));
        }
    }

    /** Where on the colour circle, in sixths, times the range: red is the largest, else green, else blue. */
    private static void sectors(int[] red, int[] green, int[] blue, int[] value, int[] range, int[] out) {
        for (int i = 0; i < out.length; i++) {
            int isRed = (value[i] - red[i] - 1) >> 31; // all ones if so, else 0
            int isGreen = ((value[i] - green[i] - 1) >> 31) & ~isRed;
            int isBlue = ~(isRed | isGreen);
            out[i] = (isRed & (green[i] - blue[i]))
                    | (isGreen & (blue[i] - red[i] + 2 * range[i]))
                    | (isBlue & (red[i] - green[i] + 4 * range[i]));
        }
    }

    /** The quotients to the nearest; as floats they are exact enough for every divisor from 1 to 255. */
    private static void divide(float by, int[] divisors, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) (by / Math.max(divisors[i], 1) + 0.5f);
        }
    }

    /** Counts the pixels' Y of YUV, [256]. */
    void brightness(int[] counts) {
        luma(red, green, blue, sector);
        count(sector, counts);
    }

    private static void count(int[] values, int[] counts) {
        for (int i = 0; i < values.length; i++) {
            counts[values[i]]++;
        }
    }

    private static void luma(int[] red, int[] green, int[] blue, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (red[i] * 4899 + green[i] * 9617 + blue[i] * 1868 + 8192) >> 14;
        }
    }

    /** Of all samples. */
    int sum() {
        return sum(red, green, blue);
    }

    private static int sum(int[] red, int[] green, int[] blue) {
        int sum = 0;
        for (int i = 0; i < red.length; i++) {
            sum += red[i] + green[i] + blue[i];
        }
        return sum;
    }
}
