package dev.kinora.curate.picture;

import java.util.Arrays;

/** Colour of a picture in figures. */
final class Colours {
    private static final int COMMONEST = 8;

    private Colours() {}

    /** Mean of a pixel's largest less its smallest channel, 0 to 255. */
    static double saturation(byte[] rgb) {
        long sum = 0;
        for (int i = 0; i < rgb.length; i += 3) {
            int r = rgb[i] & 255;
            int g = rgb[i + 1] & 255;
            int b = rgb[i + 2] & 255;
            sum += Math.max(r, Math.max(g, b)) - Math.min(r, Math.min(g, b));
        }
        return sum / (rgb.length / 3.0);
    }

    /** Share of pixels in the eight commonest of 4,096 colours (four bits a channel): near 1 for drawn pictures. */
    static double palette(byte[] rgb, int w, int h) {
        return palette(rgb, w, 0, 0, w, h);
    }

    /** The same of a part, from {@code left, top} to before {@code right, bottom}; {@code w} columns a row. */
    static double palette(byte[] rgb, int w, int left, int top, int right, int bottom) {
        int[] counts = new int[4096];
        for (int y = top; y < bottom; y++) {
            for (int i = 3 * (y * w + left); i < 3 * (y * w + right); i += 3) {
                counts[(rgb[i] & 240) << 4 | (rgb[i + 1] & 240) | (rgb[i + 2] & 240) >> 4]++;
            }
        }
        Arrays.sort(counts);
        long sum = 0;
        for (int k = 1; k <= COMMONEST; k++) {
            sum += counts[counts.length - k];
        }
        return (double) sum / ((right - left) * (bottom - top));
    }
}
