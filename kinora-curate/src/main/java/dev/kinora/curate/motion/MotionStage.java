package dev.kinora.curate.motion;

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
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/**
 * How fast things move. Dense flow between pictures about an eighth of a second apart, all through the clip, so that
 * the path of the camera is known without gaps. Displacement is divided by the time between the two pictures and by the
 * short side: a value of 1 crosses the short side in a second, whatever the size and the frame rate.
 */
public final class MotionStage implements Stage {
    /** What it measures and how. */
    public static final StageInfo INFO = new StageInfo(
            new Method("motion", 2, ""),
            List.of(
                    new Column("motion_mean", "short sides/s", "mean speed of all pixels"),
                    new Column("motion_p95", "short sides/s", "speed that 5 of 100 pixels exceed, mean over time"),
                    new Column("motion_patch_min", "short sides/s", "mean speed of the slowest of 4 x 4 patches"),
                    new Column("motion_patch_max", "short sides/s", "mean speed of the fastest of 4 x 4 patches"),
                    new Column("motion_object", "short sides/s", "mean speed of textured pixels beside the camera's"),
                    new Column("motion_incoherence", "0..1", "mean difference left after following the flow, of 255"),
                    new Column("motion_jumps", "1/s", "single changes that neither flow nor a fade explains"),
                    new Column("motion_still", "0..1", "share of the time in which the picture stands"),
                    new Column("motion_still_longest", "s", "longest time the picture stands"),
                    new Column("camera_pan", "short sides/s", "mean speed to the right"),
                    new Column("camera_tilt", "short sides/s", "mean speed upwards"),
                    new Column("camera_zoom", "1/s", "mean logarithm of scale a second; above 0 towards the scene"),
                    new Column("camera_roll", "rad/s", "mean turn, clockwise"),
                    new Column("camera_speed", "short sides/s", "mean speed of the camera's shift, whichever way"),
                    new Column(
                            "camera_shake",
                            "short sides/s",
                            "root mean square of that speed less its mean over a second, within a shot"),
                    new Column("camera_agreement", "0..1", "share of flow vectors that the camera explains")));

    /** Pictures looked at a second. */
    public static final double RATE = 8;

    /** Least gradient, in grey levels a pixel, at which flow is believed. */
    static final float TEXTURED = 6;

    /** Patches a side in which motion is averaged. */
    private static final int PATCHES = 4;

    private final Sampler sampler = new Sampler(RATE);
    private final DenseFlow flow = new DenseFlow(DenseFlow.Kind.DIS);
    private final Stillness stillness = new Stillness();
    private Samples samples = new Samples(FlowReading.VALUES);
    private @Nullable Mat before;
    private long beforePts;
    private double beforeSeconds;

    @Override
    public StageInfo info() {
        return INFO;
    }

    @Override
    public void begin(VideoInfo info) {
        samples = new Samples(FlowReading.VALUES);
        sampler.reset();
        stillness.begin();
        forget();
    }

    @Override
    public void observe(Look look) throws MediaException {
        Mat small = look.small();
        stillness.observe(small, look.pts(), look.seconds());
        if (!sampler.takes(look.seconds())) {
            return;
        }
        if (before != null && before.cols() == small.cols() && before.rows() == small.rows()) {
            double[] reading =
                    FlowReading.of(before, small, flow, look.seconds() - beforeSeconds, beforeSeconds, PATCHES);
            samples.add(beforePts, look.pts(), reading);
        }
        forget();
        before = small.clone();
        beforePts = look.pts();
        beforeSeconds = look.seconds();
    }

    private void forget() {
        if (before != null) {
            before.close();
            before = null;
        }
    }

    @Override
    public void score(Span span, Scores to) {
        List<double[]> all = samples.in(span);
        to.put("motion_mean", Samples.mean(all, FlowReading.MEAN));
        to.put("motion_p95", Samples.mean(all, FlowReading.P95));
        double slowest = Double.NaN;
        double fastest = Double.NaN;
        for (int k = 0; k < PATCHES * PATCHES; k++) {
            double v = Samples.mean(all, FlowReading.PATCH + k);
            slowest = Double.isNaN(slowest) ? v : Math.min(slowest, v);
            fastest = Double.isNaN(fastest) ? v : Math.max(fastest, v);
        }
        to.put("motion_patch_min", slowest);
        to.put("motion_patch_max", fastest);
        to.put("motion_object", Samples.mean(known(all, FlowReading.OBJECT), FlowReading.OBJECT));
        to.put("motion_incoherence", Samples.mean(all, FlowReading.RESIDUE));
        double seconds = all.stream().mapToDouble(r -> r[FlowReading.SECONDS]).sum();
        to.put("motion_jumps", jumps(all) / seconds);
        Stillness.Rest rest = stillness.in(span);
        to.put("motion_still", rest.share());
        to.put("motion_still_longest", rest.longest());

        // Between two pictures that share nothing there is no camera.
        List<double[]> camera = known(all, FlowReading.AGREEMENT).stream()
                .filter(r -> r[FlowReading.JUMPED] == 0)
                .toList();
        to.put("camera_pan", -Samples.mean(camera, FlowReading.CAMERA_X));
        to.put("camera_tilt", Samples.mean(camera, FlowReading.CAMERA_Y));
        to.put("camera_zoom", Samples.mean(camera, FlowReading.ZOOM));
        to.put("camera_roll", -Samples.mean(camera, FlowReading.ROLL));
        to.put(
                "camera_speed",
                camera.stream()
                        .mapToDouble(r -> Math.hypot(r[FlowReading.CAMERA_X], r[FlowReading.CAMERA_Y]))
                        .average()
                        .orElse(Double.NaN));
        to.put("camera_shake", Shake.of(all));
        to.put("camera_agreement", Samples.mean(camera, FlowReading.AGREEMENT));
    }

    /** Readings that nothing explains, twice as ill as those beside them: what is too fast for flow, is so for longer. */
    static int jumps(List<double[]> readings) {
        int found = 0;
        for (int i = 0; i < readings.size(); i++) {
            double[] r = readings.get(i);
            double beside = Math.max(
                    i == 0 ? 0 : readings.get(i - 1)[FlowReading.RESIDUE],
                    i + 1 == readings.size() ? 0 : readings.get(i + 1)[FlowReading.RESIDUE]);
            if (r[FlowReading.JUMPED] > 0 && r[FlowReading.RESIDUE] >= 2 * beside) {
                found++;
            }
        }
        return found;
    }

    private static List<double[]> known(List<double[]> all, int at) {
        return all.stream().filter(r -> !Double.isNaN(r[at])).toList();
    }

    /**
     * How far the picture has moved between two times by the median of its flow, in short sides: what a caption burnt
     * into it does not follow.
     */
    public double travelled(Span span) {
        return samples.in(span).stream()
                .mapToDouble(r -> r[FlowReading.MEDIAN] * r[FlowReading.SECONDS])
                .sum();
    }

    @Override
    public void close() {
        forget();
        flow.close();
        stillness.close();
    }
}
