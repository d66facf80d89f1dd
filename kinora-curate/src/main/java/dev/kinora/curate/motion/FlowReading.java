package dev.kinora.curate.motion;

import dev.kinora.curate.frames.Look;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;

/** What the flow between two pictures says, as a row of values; speeds in short sides a second. */
final class FlowReading {
    static final int SECONDS = 0;
    static final int TIME = 1;
    static final int MEAN = 2;
    static final int MEDIAN = 3;
    static final int P95 = 4;
    static final int OBJECT = 5;
    static final int RESIDUE = 6;
    static final int CAMERA_X = 7;
    static final int CAMERA_Y = 8;
    static final int ZOOM = 9;
    static final int ROLL = 10;
    static final int AGREEMENT = 11;
    static final int JUMPED = 12;
    static final int PATCH = 13;
    static final int VALUES = PATCH + 16;

    /** Residue above which two pictures are no two moments of one scene, unless light alone tells them apart. */
    private static final double JUMP = 0.08;

    /** Correlation of luma, after the flow, from which on they are one scene that fades. */
    private static final double FADE = 0.8;

    /** Standard deviation of luma below which a picture is plain, and what comes out of it or ends in it a fade. */
    private static final double PLAIN = 4;

    private FlowReading() {}

    /**
     * @param seconds time between the two
     * @param time when the first was shown
     */
    static double[] of(Mat from, Mat to, DenseFlow engine, double seconds, double time, int patches) {
        int w = from.cols();
        int h = from.rows();
        float[] flow = engine.between(from, to);
        float[] texture = texture(from);
        double unit = 1 / (seconds * Math.min(w, h));
        double[] out = new double[VALUES];
        out[SECONDS] = seconds;
        out[TIME] = time;
        float[] speeds = new float[w * h];
        int[] count = new int[patches * patches];
        double sum = 0;
        for (int y = 0, i = 0; y < h; y++) {
            for (int x = 0; x < w; x++, i++) {
                float s = (float) (Math.hypot(flow[2 * i], flow[2 * i + 1]) * unit);
                speeds[i] = s;
                sum += s;
                int patch = y * patches / h * patches + x * patches / w;
                out[PATCH + patch] += s;
                count[patch]++;
            }
        }
        for (int k = 0; k < count.length; k++) {
            out[PATCH + k] /= Math.max(1, count[k]);
        }
        Arrays.sort(speeds);
        out[MEAN] = sum / speeds.length;
        out[MEDIAN] = speeds[speeds.length / 2];
        out[P95] = speeds[(int) (0.95 * (speeds.length - 1))];
        compare(from, to, flow, out);

        CameraMotion camera = CameraMotion.fit(flow, texture, w, h);
        out[CAMERA_X] = camera.x() * unit;
        out[CAMERA_Y] = camera.y() * unit;
        out[ZOOM] = camera.logScale() / seconds;
        out[ROLL] = camera.angle() / seconds;
        out[AGREEMENT] = camera.inliers();
        out[OBJECT] = beside(camera, flow, texture, w, h) * unit;
        return out;
    }

    private static double beside(CameraMotion camera, float[] flow, float[] texture, int w, int h) {
        double sum = 0;
        int n = 0;
        for (int y = 0, i = 0; y < h; y++) {
            for (int x = 0; x < w; x++, i++) {
                if (texture[i] >= MotionStage.TEXTURED) {
                    double dx = x - w / 2.0;
                    double dy = y - h / 2.0;
                    sum += Math.hypot(flow[2 * i] - camera.xAt(dx, dy), flow[2 * i + 1] - camera.yAt(dx, dy));
                    n++;
                }
            }
        }
        return n == 0 ? Double.NaN : sum / n;
    }

    /**
     * Mean difference between the first picture and the second taken back along the flow, of 255; and whether neither
     * flow nor a fade explains it: a fade scales luma's distance from a plain picture's, and keeps its order.
     */
    private static void compare(Mat from, Mat to, float[] flow, double[] out) {
        int w = from.cols();
        int h = from.rows();
        float[] at = new float[flow.length];
        for (int y = 0, i = 0; y < h; y++) {
            for (int x = 0; x < w; x++, i++) {
                at[2 * i] = x + flow[2 * i];
                at[2 * i + 1] = y + flow[2 * i + 1];
            }
        }
        try (Mat map = new Mat(h, w, opencv_core.CV_32FC2);
                Mat none = new Mat();
                Mat back = new Mat();
                Scalar border = new Scalar(0)) {
            try (FloatPointer p = new FloatPointer(map.data())) {
                p.put(at, 0, at.length);
            }
            opencv_imgproc.remap(
                    to, back, map, none, opencv_imgproc.INTER_LINEAR, opencv_core.BORDER_REPLICATE, border);
            byte[] a = Look.bytes(from);
            byte[] b = Look.bytes(back);
            long difference = 0;
            double sumA = 0;
            double sumB = 0;
            double sumAa = 0;
            double sumBb = 0;
            double sumAb = 0;
            for (int i = 0; i < a.length; i++) {
                int u = a[i] & 255;
                int v = b[i] & 255;
                difference += Math.abs(u - v);
                sumA += u;
                sumB += v;
                sumAa += u * u;
                sumBb += v * v;
                sumAb += u * v;
            }
            double n = a.length;
            double deviationA = Math.sqrt(Math.max(0, sumAa / n - sumA / n * (sumA / n)));
            double deviationB = Math.sqrt(Math.max(0, sumBb / n - sumB / n * (sumB / n)));
            double shared = sumAb / n - sumA / n * (sumB / n);
            boolean fades = Math.min(deviationA, deviationB) < PLAIN || shared > FADE * deviationA * deviationB;
            out[RESIDUE] = difference / n / 255;
            out[JUMPED] = out[RESIDUE] > JUMP && !fades ? 1 : 0;
        }
    }

    /** Length of the gradient at each pixel, in grey levels a pixel. */
    private static float[] texture(Mat gray) {
        try (Mat gx = new Mat();
                Mat gy = new Mat();
                Mat length = new Mat()) {
            opencv_imgproc.Sobel(gray, gx, opencv_core.CV_32F, 1, 0, 3, 0.125, 0, opencv_core.BORDER_REPLICATE);
            opencv_imgproc.Sobel(gray, gy, opencv_core.CV_32F, 0, 1, 3, 0.125, 0, opencv_core.BORDER_REPLICATE);
            opencv_core.magnitude(gx, gy, length);
            float[] out = new float[Math.toIntExact(length.total())];
            try (FloatPointer p = new FloatPointer(length.data())) {
                p.get(out);
            }
            return out;
        }
    }
}
