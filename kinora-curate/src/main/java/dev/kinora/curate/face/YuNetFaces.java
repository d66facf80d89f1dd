package dev.kinora.curate.face;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.global.opencv_objdetect;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.FaceDetectorYN;

/**
 * Faces by YuNet (Wu et al., Machine Intelligence Research 2023), a network of a quarter of a megabyte whose file the
 * user names, run by OpenCV. It sees profiles and faces that are turned or partly covered.
 */
final class YuNetFaces implements FaceDetector {
    /** Long side of the picture it looks at. */
    private static final int SIDE = 640;

    /** Columns of a found face: box, five landmarks, score. */
    private static final int COLUMNS = 15;

    private static final float SCORE = 0.7f;
    private static final float OVERLAP = 0.3f;
    private static final int MOST = 1000;

    private final FaceDetectorYN network;

    /** @throws IOException if OpenCV does not read the file */
    YuNetFaces(Path file) throws IOException {
        Loader.load(opencv_objdetect.class);
        Loader.load(opencv_dnn.class);
        try (Size size = new Size(320, 320)) {
            network = FaceDetectorYN.create(
                    file.toString(),
                    "",
                    size,
                    SCORE,
                    OVERLAP,
                    MOST,
                    opencv_dnn.DNN_BACKEND_OPENCV,
                    opencv_dnn.DNN_TARGET_CPU);
        } catch (RuntimeException e) {
            throw new IOException("face: yunet = " + file + " (expected: an ONNX file of YuNet's)", e);
        }
    }

    @Override
    public double[] largest(Look look) throws MediaException {
        double scale = Math.min(1, (double) SIDE / Math.max(look.width(), look.height()));
        int w = Math.max(32, (int) Math.round(look.width() * scale));
        int h = Math.max(32, (int) Math.round(look.height() * scale));
        Image image = look.scaled(w, h);
        try (Mat rgb = Look.mat(image);
                Mat bgr = new Mat();
                Mat found = new Mat();
                Size size = new Size(w, h)) {
            opencv_imgproc.cvtColor(rgb, bgr, opencv_imgproc.COLOR_RGB2BGR);
            network.setInputSize(size);
            network.detect(bgr, found);
            return found.empty() || found.type() != opencv_core.CV_32F ? new double[0] : largest(found, w, h);
        }
    }

    private static double[] largest(Mat found, int w, int h) {
        float[] rows = new float[found.rows() * COLUMNS];
        try (FloatPointer data = new FloatPointer(found.data())) {
            data.get(rows);
        }
        double[] largest = {};
        double area = 0;
        for (int i = 0; i < rows.length; i += COLUMNS) {
            double left = Math.clamp(rows[i], 0, w);
            double top = Math.clamp(rows[i + 1], 0, h);
            double right = Math.clamp(rows[i] + rows[i + 2], 0, w);
            double bottom = Math.clamp(rows[i + 1] + rows[i + 3], 0, h);
            if ((right - left) * (bottom - top) > area) {
                area = (right - left) * (bottom - top);
                largest = new double[] {left / w, top / h, (right - left) / w, (bottom - top) / h};
            }
        }
        return largest;
    }

    @Override
    public void close() {
        network.close();
    }
}
