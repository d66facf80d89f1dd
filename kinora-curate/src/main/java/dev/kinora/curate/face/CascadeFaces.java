package dev.kinora.curate.face;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.MediaException;
import java.io.File;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_objdetect;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.CascadeClassifier;

/**
 * Frontal faces by the boosted cascade that comes with OpenCV (Viola and Jones 2001; the file {@code
 * haarcascade_frontalface_alt2}): it needs no download, misses profiles, and now and then sees a face in a wall.
 */
final class CascadeFaces implements FaceDetector {
    private static final String CASCADE = "haarcascade_frontalface_alt2.xml";

    private final CascadeClassifier cascade;

    CascadeFaces() throws IOException {
        String path = "/org/bytedeco/opencv/" + Loader.getPlatform() + "/share/opencv4/haarcascades/" + CASCADE;
        Loader.load(opencv_objdetect.class);
        File file = Loader.cacheResource(path);
        if (file == null) {
            throw new IOException("face: cascade = missing (expected: " + path + " on the class path)");
        }
        cascade = new CascadeClassifier(file.getPath());
        if (cascade.empty()) {
            throw new IOException("face: cascade = " + file + " (expected: a cascade that OpenCV reads)");
        }
    }

    @Override
    public double[] largest(Look look) throws MediaException {
        try (Mat gray = look.smallGray(320);
                RectVector found = new RectVector();
                Size least = new Size(gray.rows() / 10, gray.rows() / 10);
                Size most = new Size()) {
            cascade.detectMultiScale(gray, found, 1.1, 4, 0, least, most);
            double[] largest = {};
            int width = 0;
            for (Rect r : found.get()) {
                if (r.width() > width) {
                    width = r.width();
                    double w = gray.cols();
                    double h = gray.rows();
                    largest = new double[] {r.x() / w, r.y() / h, r.width() / w, r.height() / h};
                }
            }
            return largest;
        }
    }

    @Override
    public void close() {
        cascade.close();
    }
}
