package dev.kinora.curate.face;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Sampler;
import dev.kinora.curate.stage.Samples;
import dev.kinora.curate.stage.Scores;
import dev.kinora.curate.stage.Span;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import java.io.IOException;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.CascadeClassifier;

/**
 * Frontal faces, once a second, by the boosted cascade that comes with OpenCV (Viola and Jones 2001; the file
 * {@code haarcascade_frontalface_alt2}): it needs no download, misses profiles, and now and then sees a face in a wall.
 */
public final class FaceStage implements Stage {
    /** Pictures looked at a second. */
    public static final double RATE = 1;

    private static final String CASCADE = "haarcascade_frontalface_alt2.xml";

    /** What it measures and how. */
    public static final StageInfo INFO = new StageInfo(
            new Method("face-haar", 1, ""),
            List.of(
                    new Column("face_seen", "0..1", "share of pictures with a frontal face"),
                    new Column("face_area", "0..1", "share of the picture under its largest face, mean where seen"),
                    new Column("face_steady", "0..1", "overlap of the largest face with that a second before, mean")));

    private static final int AREA = 0;
    private static final int STEADY = 1;

    private final CascadeClassifier cascade;
    private final Sampler sampler = new Sampler(RATE);
    private Samples samples = new Samples(2);
    private double[] before = {};

    /** Loads the cascade. */
    public FaceStage() throws IOException {
        String path = "/org/bytedeco/opencv/" + Loader.getPlatform() + "/share/opencv4/haarcascades/" + CASCADE;
        Loader.load(org.bytedeco.opencv.global.opencv_objdetect.class);
        java.io.File file = Loader.cacheResource(path);
        if (file == null) {
            throw new IOException("face: cascade = missing (expected: " + path + " on the class path)");
        }
        cascade = new CascadeClassifier(file.getPath());
        if (cascade.empty()) {
            throw new IOException("face: cascade = " + file + " (expected: a cascade that OpenCV reads)");
        }
    }

    @Override
    public StageInfo info() {
        return INFO;
    }

    @Override
    public void begin(VideoInfo info) {
        samples = new Samples(2);
        sampler.reset();
        before = new double[0];
    }

    @Override
    public void observe(Look look) throws MediaException {
        if (!sampler.takes(look.seconds())) {
            return;
        }
        try (Mat gray = look.smallGray(320);
                RectVector found = new RectVector();
                Size least = new Size(gray.rows() / 10, gray.rows() / 10);
                Size most = new Size()) {
            cascade.detectMultiScale(gray, found, 1.1, 4, 0, least, most);
            double[] largest = {};
            for (Rect r : found.get()) {
                if (largest.length == 0 || r.width() > largest[2]) {
                    largest = new double[] {r.x(), r.y(), r.width(), r.height()};
                }
            }
            double area = largest.length == 0 ? 0 : largest[2] * largest[3] / ((double) gray.cols() * gray.rows());
            double steady = largest.length == 0 || before.length == 0 ? Double.NaN : overlap(before, largest);
            samples.add(look.pts(), look.pts(), area, steady);
            before = largest;
        }
    }

    private static double overlap(double[] a, double[] b) {
        double w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
        double h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
        if (w <= 0 || h <= 0) {
            return 0;
        }
        return w * h / (a[2] * a[3] + b[2] * b[3] - w * h);
    }

    @Override
    public void score(Span span, Scores to) {
        List<double[]> all = samples.in(span);
        List<double[]> seen = all.stream().filter(v -> v[AREA] > 0).toList();
        to.put("face_seen", all.isEmpty() ? Double.NaN : (double) seen.size() / all.size());
        to.put("face_area", Samples.mean(seen, AREA));
        to.put(
                "face_steady",
                Samples.mean(seen.stream().filter(v -> !Double.isNaN(v[STEADY])).toList(), STEADY));
    }

    @Override
    public void close() {
        cascade.close();
    }
}
