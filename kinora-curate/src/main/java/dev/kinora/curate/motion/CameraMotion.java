package dev.kinora.curate.motion;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_calib3d;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * The one movement of the whole picture between two frames: the similarity (shift, scale, turn) that most flow vectors
 * agree on by RANSAC, as a camera that pans, zooms or rolls would cause.
 *
 * @param x shift of the picture's centre to the right, in pixels
 * @param y shift down, in pixels
 * @param logScale natural logarithm of the scale; above zero when zooming in
 * @param angle turn in radians, clockwise as seen
 * @param inliers share of the vectors that agree within {@link #TOLERANCE}
 */
record CameraMotion(double x, double y, double logScale, double angle, double inliers) {
    /** Pixels by which a vector may differ and still agree. */
    static final double TOLERANCE = 0.5;

    /** Share of the points of the grid that have to have texture. */
    private static final double FEWEST = 0.05;

    /** Pixels between the points of the grid on which vectors are taken. */
    static final int STEP = 6;

    /**
     * Fits the vectors at textured points: where a picture is plain, flow is a guess.
     *
     * @param flow [H, W, 2]
     * @param texture of each pixel, [H, W]
     */
    static CameraMotion fit(float[] flow, float[] texture, int w, int h) {
        int n = 0;
        float[] from = new float[2 * (w / STEP + 1) * (h / STEP + 1)];
        float[] to = new float[from.length];
        for (int y = STEP / 2; y < h; y += STEP) {
            for (int x = STEP / 2; x < w; x += STEP) {
                if (texture[y * w + x] >= MotionStage.TEXTURED) {
                    int i = (y * w + x) * 2;
                    from[2 * n] = x - w / 2f;
                    from[2 * n + 1] = y - h / 2f;
                    to[2 * n] = from[2 * n] + flow[i];
                    to[2 * n + 1] = from[2 * n + 1] + flow[i + 1];
                    n++;
                }
            }
        }
        // The few points of a thing before plain sky say where it goes, not the camera.
        if (n < Math.max(12, from.length / 2.0 * FEWEST)) {
            return new CameraMotion(0, 0, 0, 0, Double.NaN);
        }
        try (Mat a = points(from, n);
                Mat b = points(to, n);
                Mat agree = new Mat();
                Mat m = opencv_calib3d.estimateAffinePartial2D(
                        a, b, agree, opencv_calib3d.RANSAC, TOLERANCE, 500, 0.99, 10)) {
            if (m.empty()) {
                return new CameraMotion(0, 0, 0, 0, 0);
            }
            double[] v = new double[6];
            try (DoublePointer p = new DoublePointer(m.data())) {
                p.get(v);
            }
            double cos = v[0];
            double sin = v[3];
            return new CameraMotion(
                    v[2],
                    v[5],
                    Math.log(Math.hypot(cos, sin)),
                    Math.atan2(sin, cos),
                    (double) opencv_core.countNonZero(agree) / n);
        }
    }

    private static Mat points(float[] xy, int n) {
        Mat m = new Mat(n, 1, opencv_core.CV_32FC2);
        try (FloatPointer p = new FloatPointer(m.data())) {
            p.put(xy, 0, 2 * n);
        }
        return m;
    }

    /** Shift of a point that lies {@code dx, dy} from the centre, to the right. */
    double xAt(double dx, double dy) {
        double s = Math.exp(logScale);
        return s * (Math.cos(angle) * dx - Math.sin(angle) * dy) + x - dx;
    }

    /** Shift of a point that lies {@code dx, dy} from the centre, down. */
    double yAt(double dx, double dy) {
        double s = Math.exp(logScale);
        return s * (Math.sin(angle) * dx + Math.cos(angle) * dy) + y - dy;
    }
}
