package dev.kinora.curate.cuts;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.Image;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * The hash that PySceneDetect compares frames by: the low frequencies of a small grey picture, the mean among them, each
 * one bit for above or below their median. {@link dev.kinora.curate.dedup.PerceptualHash} is of a clip, for finding
 * copies, and leaves the mean and all that lighting changes out.
 *
 * <p>The cosine transform is OpenCV's: in a flat picture every frequency but the first is rounding noise, and its bits
 * are equal only where the rounding is.
 */
final class FrameHash {
    private FrameHash() {}

    static boolean[] of(Image image, int size, int lowpass) {
        int side = size * lowpass;
        byte[] small = shrink(image, side);
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

    private static byte[] shrink(Image image, int side) {
        try (Mat from = Look.mat(image);
                Mat grey = new Mat();
                Mat to = new Mat();
                Size size = new Size(side, side)) {
            opencv_imgproc.cvtColor(from, grey, opencv_imgproc.COLOR_RGB2GRAY);
            opencv_imgproc.resize(grey, to, size, 0, 0, opencv_imgproc.INTER_AREA);
            return Look.bytes(to);
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
