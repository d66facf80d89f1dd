package dev.kinora.curate.cuts;

import dev.kinora.media.Image;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * pHash: the low frequencies of a small grey picture, each one bit for above or below their median.
 *
 * <p>The cosine transform is OpenCV's: in a flat picture every frequency but the first is rounding noise, and its bits
 * are equal only where the rounding is.
 */
final class PerceptualHash {
    private PerceptualHash() {}

    static boolean[] of(Image image, int size, int lowpass) {
        int side = size * lowpass;
        byte[] small = shrink(grey(image), image.width(), image.height(), side);
        int max = 0;
        for (byte b : small) {
            max = Math.max(max, b & 255);
        }
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (small[i] & 255) / (float) (max == 0 ? 1 : max);
        }
        float[] low = lowest(transform(values, side), side, size);
        float[] sorted = low.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        float median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        boolean[] bits = new boolean[n];
        for (int i = 0; i < n; i++) {
            bits[i] = low[i] > median;
        }
        return bits;
    }

    private static byte[] grey(Image image) {
        byte[] rgb = image.rgb();
        byte[] out = new byte[rgb.length / 3];
        for (int i = 0, k = 0; i < out.length; i++, k += 3) {
            int sum = (rgb[k] & 255) * 9798 + (rgb[k + 1] & 255) * 19235 + (rgb[k + 2] & 255) * 3735;
            out[i] = (byte) ((sum + (1 << 14)) >> 15);
        }
        return out;
    }

    private static byte[] shrink(byte[] grey, int width, int height, int side) {
        try (Mat from = new Mat(height, width, opencv_core.CV_8UC1);
                Mat to = new Mat();
                org.bytedeco.opencv.opencv_core.Size size = new org.bytedeco.opencv.opencv_core.Size(side, side)) {
            from.data().put(grey, 0, grey.length);
            org.bytedeco.opencv.global.opencv_imgproc.resize(
                    from, to, size, 0, 0, org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA);
            byte[] out = new byte[side * side];
            to.data().get(out, 0, out.length);
            return out;
        }
    }

    private static float[] transform(float[] values, int side) {
        try (Mat from = new Mat(side, side, opencv_core.CV_32FC1);
                Mat to = new Mat();
                FloatPointer in = new FloatPointer(from.data())) {
            in.put(values, 0, values.length);
            opencv_core.dct(from, to);
            float[] out = new float[values.length];
            try (FloatPointer result = new FloatPointer(to.data())) {
                result.get(out, 0, out.length);
            }
            return out;
        }
    }

    private static float[] lowest(float[] all, int side, int size) {
        float[] out = new float[size * size];
        for (int y = 0; y < size; y++) {
            System.arraycopy(all, y * side, out, y * size, size);
        }
        return out;
    }
}
