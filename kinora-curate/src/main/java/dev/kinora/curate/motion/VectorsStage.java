package dev.kinora.curate.motion;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Samples;
import dev.kinora.curate.stage.Scores;
import dev.kinora.curate.stage.Span;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.media.MotionVectors;
import dev.kinora.media.VideoInfo;
import java.util.List;

/**
 * How fast things move by what the encoder found: the vectors of predicted pictures, at next to no cost, and in the unit
 * of {@link MotionStage}. A decoder does not tell which picture a vector points to, only that it was shown earlier. Of a
 * predicted picture it is taken to be the last one before it that was not bidirectional, as nearly all are; vectors of
 * bidirectional pictures are left out, since theirs may be any of several.
 */
public final class VectorsStage implements Stage {
    /** What it measures and how. */
    public static final StageInfo INFO = new StageInfo(
            new Method("vectors", 1, ""),
            List.of(
                    new Column("vectors_mean", "short sides/s", "mean speed of blocks with a vector, over time"),
                    new Column("vectors_p95", "short sides/s", "speed that 5 of 100 of them exceed, mean over time"),
                    new Column("vectors_patch_min", "short sides/s", "mean speed of the slowest of 4 x 4 patches"),
                    new Column("vectors_patch_max", "short sides/s", "mean speed of the fastest of 4 x 4 patches"),
                    new Column("vectors_known", "0..1", "share of predicted pictures' area that has a vector")));

    private Samples samples = new Samples(VectorsReading.VALUES);
    private long beforePts;
    private double beforeSeconds = Double.NaN;

    @Override
    public StageInfo info() {
        return INFO;
    }

    @Override
    public void begin(VideoInfo info) {
        samples = new Samples(VectorsReading.VALUES);
        beforeSeconds = Double.NaN;
    }

    @Override
    public void observe(Look look) {
        MotionVectors vectors = look.vectors();
        MotionVectors.Picture picture = vectors.picture();
        if (picture != MotionVectors.Picture.INTRA && picture != MotionVectors.Picture.PREDICTED) {
            return;
        }
        double seconds = look.seconds() - beforeSeconds;
        if (picture == MotionVectors.Picture.PREDICTED && seconds > 0) {
            samples.add(beforePts, look.pts(), VectorsReading.of(vectors, seconds));
        }
        beforePts = look.pts();
        beforeSeconds = look.seconds();
    }

    @Override
    public void score(Span span, Scores to) {
        List<double[]> all = samples.in(span);
        to.put("vectors_mean", mean(all, VectorsReading.MEAN));
        to.put("vectors_p95", mean(all, VectorsReading.P95));
        double slowest = Double.NaN;
        double fastest = Double.NaN;
        for (int k = 0; k < VectorsReading.PATCHES * VectorsReading.PATCHES; k++) {
            double v = mean(all, VectorsReading.PATCH + k);
            slowest = Double.isNaN(slowest) || v < slowest ? v : slowest;
            fastest = Double.isNaN(fastest) || v > fastest ? v : fastest;
        }
        to.put("vectors_patch_min", slowest);
        to.put("vectors_patch_max", fastest);
        to.put("vectors_known", mean(all, VectorsReading.KNOWN));
    }

    /** Mean over the time in which it is known; NaN where it never is. */
    private static double mean(List<double[]> all, int at) {
        double sum = 0;
        double time = 0;
        for (double[] r : all) {
            if (!Double.isNaN(r[at])) {
                sum += r[at] * r[VectorsReading.SECONDS];
                time += r[VectorsReading.SECONDS];
            }
        }
        return time == 0 ? Double.NaN : sum / time;
    }
}
