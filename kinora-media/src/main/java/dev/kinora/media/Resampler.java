package dev.kinora.media;

/**
 * Separable resampling of 8-bit RGB in fixed point: columns first, then rows, each pass rounded to 8 bits. Weights have
 * 22 fractional bits. The order, the rounding and the bounds are Pillow's (src/libImaging/Resample.c), so the results
 * are its results; the code is our own.
 */
final class Resampler {
    private static final int WEIGHT_BITS = 22;
    private static final int CHANNELS = 3;

    private Resampler() {}

    /** Weights of one axis: output {@code i} reads {@code count[i]} inputs from {@code first[i]}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this class
    private record Axis(int[] first, int[] count, int[] weight, int stride) {}

    static byte[] resize(byte[] rgb, int width, int height, int newWidth, int newHeight, Resample filter) {
        if (width == newWidth && height == newHeight) {
            return rgb.clone();
        }
        if (filter == Resample.NEAREST) {
            return nearest(rgb, width, height, newWidth, newHeight);
        }
        byte[] wide = width == newWidth ? rgb : columns(rgb, width, height, newWidth, axis(width, newWidth, filter));
        return height == newHeight ? wide : rows(wide, newWidth, newHeight, axis(height, newHeight, filter));
    }

    private static byte[] nearest(byte[] rgb, int width, int height, int newWidth, int newHeight) {
        byte[] out = new byte[newWidth * newHeight * CHANNELS];
        int[] column = steps(width, newWidth);
        int[] row = steps(height, newHeight);
        int o = 0;
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++) {
                int i = (row[y] * width + column[x]) * CHANNELS;
                out[o++] = rgb[i];
                out[o++] = rgb[i + 1];
                out[o++] = rgb[i + 2];
            }
        }
        return out;
    }

    /** The source of each output: steps are added up, as Pillow does, not multiplied out. */
    private static int[] steps(int in, int out) {
        int[] from = new int[out];
        double step = (double) in / out;
        double at = step * 0.5;
        for (int i = 0; i < out; i++, at += step) {
            from[i] = Math.min((int) at, in - 1);
        }
        return from;
    }

    private static Axis axis(int in, int out, Resample filter) {
        double scale = (double) in / out;
        double widen = Math.max(scale, 1);
        double support = filter.support * widen;
        int stride = (int) Math.ceil(support) * 2 + 1;
        int[] first = new int[out];
        int[] count = new int[out];
        int[] weight = new int[out * stride];
        double[] raw = new double[stride];
        double narrow = 1 / widen;
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            int lo = Math.max((int) (centre - support + 0.5), 0);
            int n = Math.min((int) (centre + support + 0.5), in) - lo;
            double sum = 0;
            for (int k = 0; k < n; k++) {
                raw[k] = filter.weight((k + lo - centre + 0.5) * narrow);
                sum += raw[k];
            }
            for (int k = 0; k < n; k++) {
                double w = sum == 0 ? raw[k] : raw[k] / sum;
                weight[i * stride + k] = (int) (w * (1 << WEIGHT_BITS) + (w < 0 ? -0.5 : 0.5));
            }
            first[i] = lo;
            count[i] = n;
        }
        return new Axis(first, count, weight, stride);
    }

    private static byte[] columns(byte[] rgb, int width, int height, int newWidth, Axis a) {
        byte[] out = new byte[newWidth * height * CHANNELS];
        for (int y = 0; y < height; y++) {
            int o = y * newWidth * CHANNELS;
            for (int x = 0; x < newWidth; x++) {
                int r = 1 << (WEIGHT_BITS - 1);
                int g = r;
                int b = r;
                int i = (y * width + a.first[x]) * CHANNELS;
                int w = x * a.stride;
                for (int k = 0; k < a.count[x]; k++, i += CHANNELS) {
                    int weight = a.weight[w + k];
                    r += (rgb[i] & 255) * weight;
                    g += (rgb[i + 1] & 255) * weight;
                    b += (rgb[i + 2] & 255) * weight;
                }
                out[o++] = clamp(r);
                out[o++] = clamp(g);
                out[o++] = clamp(b);
            }
        }
        return out;
    }

    private static byte[] rows(byte[] rgb, int width, int newHeight, Axis a) {
        int line = width * CHANNELS;
        byte[] out = new byte[line * newHeight];
        int[] sum = new int[line];
        for (int y = 0; y < newHeight; y++) {
            java.util.Arrays.fill(sum, 1 << (WEIGHT_BITS - 1));
            for (int k = 0; k < a.count[y]; k++) {
                int weight = a.weight[y * a.stride + k];
                int i = (a.first[y] + k) * line;
                for (int x = 0; x < line; x++) {
                    sum[x] += (rgb[i + x] & 255) * weight;
                }
            }
            int o = y * line;
            for (int x = 0; x < line; x++) {
                out[o + x] = clamp(sum[x]);
            }
        }
        return out;
    }

    private static byte clamp(int fixed) {
        return (byte) Math.clamp(fixed >> WEIGHT_BITS, 0, 255);
    }
}
