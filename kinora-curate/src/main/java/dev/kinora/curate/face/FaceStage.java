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
import java.nio.file.Path;
import java.util.List;

/** Faces, once a second, by the boosted cascade that comes with OpenCV, or by YuNet where the user has its file. */
public final class FaceStage implements Stage {
    /** Pictures looked at a second. */
    public static final double RATE = 1;

    private static final int AREA = 0;
    private static final int STEADY = 1;
    private static final int ASIDE = 2;
    private static final int VALUES = 3;

    private final StageInfo info;
    private final FaceDetector detector;
    private final Sampler sampler = new Sampler(RATE);
    private Samples samples = new Samples(VALUES);
    private double[] before = {};

    /** Loads the cascade. */
    public FaceStage() throws IOException {
        info = info("");
        detector = new CascadeFaces();
    }

    /**
     * Loads YuNet.
     *
     * @param yunet an ONNX file
     * @param hash its SHA-256
     */
    public FaceStage(Path yunet, String hash) throws IOException {
        info = info(hash);
        detector = new YuNetFaces(yunet);
    }

    /**
     * What it measures and how.
     *
     * @param yunet SHA-256 of YuNet's file; empty for the cascade
     */
    public static StageInfo info(String yunet) {
        return new StageInfo(
                new Method(yunet.isEmpty() ? "face-haar" : "face-yunet", 2, yunet),
                List.of(
                        new Column("face_seen", "0..1", "share of pictures with a face"),
                        new Column("face_area", "0..1", "share of the picture under its largest face, mean where seen"),
                        new Column(
                                "face_steady", "0..1", "overlap of the largest face with that a second before, mean"),
                        new Column(
                                "face_aside",
                                "0..1",
                                "how far its middle lies from the picture's, 1 at an edge, mean where seen")));
    }

    /**
     * Refuses a file that is not YuNet's.
     *
     * @throws IOException if OpenCV does not read it
     */
    public static void require(Path yunet) throws IOException {
        new YuNetFaces(yunet).close();
    }

    @Override
    public StageInfo info() {
        return info;
    }

    @Override
    public void begin(VideoInfo info) {
        samples = new Samples(VALUES);
        sampler.reset();
        before = new double[0];
    }

    @Override
    public void observe(Look look) throws MediaException {
        if (!sampler.takes(look.seconds())) {
            return;
        }
        double[] largest = detector.largest(look);
        double area = largest.length == 0 ? 0 : largest[2] * largest[3];
        double steady = largest.length == 0 || before.length == 0 ? Double.NaN : overlap(before, largest);
        samples.add(look.pts(), look.pts(), area, steady, aside(largest));
        before = largest;
    }

    /** Along the axis along which it lies farther out. */
    static double aside(double[] face) {
        return face.length == 0
                ? Double.NaN
                : Math.max(Math.abs(2 * face[0] + face[2] - 1), Math.abs(2 * face[1] + face[3] - 1));
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
        to.put("face_aside", Samples.mean(seen, ASIDE));
        to.put(
                "face_steady",
                Samples.mean(seen.stream().filter(v -> !Double.isNaN(v[STEADY])).toList(), STEADY));
    }

    @Override
    public void close() {
        detector.close();
    }
}
