package dev.kinora.curate.cuts;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** Canny's edges of a grey picture, with thresholds by its median, widened by a square. */
final class Edges {
    private static final double SIGMA = 1 / 3.0;

    private Edges() {}

    /** 255 on and near edges, else 0, [height, width]; {@code kernel} odd, or 0 to choose by size. */
    static byte[] of(byte[] grey, int width, int height, int kernel) {
        double median = median(grey);
        int low = (int) Math.max(0, (1 - SIGMA) * median);
        int high = (int) Math.min(255, (1 + SIGMA) * median);
        int side = kernel == 0 ? kernel(width, height) : kernel;
        try (Mat from = new Mat(height, width, opencv_core.CV_8UC1);
                Mat edges = new Mat();
                Mat wide = new Mat();
                Mat square = Mat.ones(side, side, opencv_core.CV_8UC1).asMat()) {
            from.data().put(grey, 0, grey.length);
            opencv_imgproc.Canny(from, edges, low, high);
            opencv_imgproc.dilate(edges, wide, square);
            byte[] out = new byte[grey.length];
            wide.data().get(out, 0, out.length);
            return out;
        }
    }

    private static int kernel(int width, int height) {
        int side = 4 + (int) Math.rint(Math.sqrt((double) width * height) / 192);
        return side % 2 == 0 ? side + 1 : side;
    }

    private static double median(byte[] values) {
        int[] counts = new int[256];
        for (byte v : values) {
            counts[v & 255]++;
        }
        int n = values.length;
        return n % 2 == 1 ? at(counts, n / 2) : (at(counts, n / 2 - 1) + at(counts, n / 2)) / 2.0;
    }

    private static int at(int[] counts, int rank) {
        int seen = 0;
        for (int i = 0; i < 256; i++) {
            seen += counts[i];
            if (seen > rank) {
                return i;
            }
        }
        return 255;
    }
}
