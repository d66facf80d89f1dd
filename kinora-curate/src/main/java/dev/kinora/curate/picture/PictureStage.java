package dev.kinora.curate.picture;

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
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** What can be said of single pictures, two a second: exposure, black borders, blockiness, sharpness, flatness. */
public final class PictureStage implements Stage {
    /** What it measures and how. */
    public static final StageInfo INFO = new StageInfo(
            new Method("picture", 2, ""),
            List.of(
                    new Column("picture_luma", "0..255", "mean luma"),
                    new Column("picture_contrast", "0..127", "standard deviation of luma within a picture, mean"),
                    new Column("picture_dark", "0..1", "share of pixels with luma below 5"),
                    new Column("picture_bright", "0..1", "share of pixels with luma above 250"),
                    new Column("picture_saturation", "0..255", "mean of a pixel's largest less its smallest channel"),
                    new Column(
                            "picture_border_left",
                            "0..1",
                            "columns at the left that are black throughout, of the width"),
                    new Column("picture_border_right", "0..1", "columns at the right that are black throughout"),
                    new Column(
                            "picture_border_top", "0..1", "rows at the top that are black throughout, of the height"),
                    new Column("picture_border_bottom", "0..1", "rows at the bottom that are black throughout"),
                    new Column(
                            "picture_blockiness",
                            "ratio",
                            "steps at the strongest eighth line over others, less 1; edges that go on are left out"),
                    new Column("picture_sharpness", "grey levels", "root mean square of the Laplacian at 360 lines"),
                    new Column("picture_sharpness_min", "grey levels", "the same of the least sharp picture"),
                    new Column(
                            "picture_flat",
                            "0..1",
                            "share of pixels off edges equal to right and lower neighbour within 1, within black borders"),
                    new Column(
                            "picture_axis_edges",
                            "0..1",
                            "share of strong edges within 3 degrees of an axis, within black borders"),
                    new Column("picture_edges", "0..1", "share of pixels on a strong edge, within black borders"),
                    new Column(
                            "picture_palette",
                            "0..1",
                            "share of pixels in the 8 commonest of 4,096 colours, within black borders")));

    /** Pictures looked at a second. */
    public static final double RATE = 2;

    /** Short side on which sharpness is measured, so that it compares across sizes. */
    private static final int SHARPNESS_SIDE = 360;

    /** A picture this dark on average says nothing of borders. */
    private static final double NIGHT = 16;

    private static final int LUMA = 0;
    private static final int CONTRAST = 1;
    private static final int DARK = 2;
    private static final int BRIGHT = 3;
    private static final int SATURATION = 4;
    private static final int LEFT = 5;
    private static final int RIGHT = 6;
    private static final int TOP = 7;
    private static final int BOTTOM = 8;
    private static final int BLOCKINESS = 9;
    private static final int SHARPNESS = 10;
    private static final int FLAT = 11;
    private static final int AXIS = 12;
    private static final int STRONG = 13;
    private static final int PALETTE = 14;

    private final Sampler sampler = new Sampler(RATE);
    private Samples samples = new Samples(PALETTE + 1);

    @Override
    public StageInfo info() {
        return INFO;
    }

    @Override
    public void begin(VideoInfo info) {
        samples = new Samples(PALETTE + 1);
        sampler.reset();
    }

    @Override
    public void observe(Look look) throws MediaException {
        if (!sampler.takes(look.seconds())) {
            return;
        }
        Mat gray = look.gray();
        int w = gray.cols();
        int h = gray.rows();
        byte[] luma = Look.bytes(gray);
        byte[] rgb = look.image().rgb();
        double[] v = new double[PALETTE + 1];
        Tones tones = Tones.of(luma);
        v[LUMA] = tones.mean();
        v[CONTRAST] = tones.deviation();
        v[DARK] = tones.dark();
        v[BRIGHT] = tones.bright();
        v[SATURATION] = Colours.saturation(rgb);
        Borders b = Borders.of(luma, w, h);
        v[LEFT] = b.left();
        v[RIGHT] = b.right();
        v[TOP] = b.top();
        v[BOTTOM] = b.bottom();
        v[BLOCKINESS] = Blockiness.of(luma, w, h);
        v[SHARPNESS] = sharpness(gray);
        int[] in = b.inside(w, h);
        v[PALETTE] = Colours.palette(rgb, w, in[0], in[1], in[2], in[3]);
        Edges edges = Edges.of(luma, w, in[0], in[1], in[2], in[3]);
        v[FLAT] = edges.flat();
        v[AXIS] = edges.axis();
        v[STRONG] = edges.strong();
        samples.add(look.pts(), look.pts(), v);
    }

    private static double sharpness(Mat gray) {
        try (Mat small = Look.shrink(gray, SHARPNESS_SIDE);
                Mat laplacian = new Mat()) {
            opencv_imgproc.Laplacian(small, laplacian, opencv_core.CV_16S);
            return opencv_core.norm(laplacian) / Math.sqrt(laplacian.total());
        }
    }

    @Override
    public void score(Span span, Scores to) {
        List<double[]> all = samples.in(span);
        to.put("picture_luma", Samples.mean(all, LUMA));
        to.put("picture_contrast", Samples.mean(all, CONTRAST));
        to.put("picture_dark", Samples.mean(all, DARK));
        to.put("picture_bright", Samples.mean(all, BRIGHT));
        to.put("picture_saturation", Samples.mean(all, SATURATION));
        List<double[]> lit = all.stream().filter(v -> v[LUMA] >= NIGHT).toList();
        to.put("picture_border_left", Samples.min(lit, LEFT));
        to.put("picture_border_right", Samples.min(lit, RIGHT));
        to.put("picture_border_top", Samples.min(lit, TOP));
        to.put("picture_border_bottom", Samples.min(lit, BOTTOM));
        to.put("picture_blockiness", Samples.mean(all, BLOCKINESS));
        to.put("picture_sharpness", Samples.mean(all, SHARPNESS));
        to.put("picture_sharpness_min", Samples.min(all, SHARPNESS));
        to.put("picture_flat", Samples.mean(all, FLAT));
        to.put(
                "picture_axis_edges",
                Samples.mean(all.stream().filter(v -> !Double.isNaN(v[AXIS])).toList(), AXIS));
        to.put("picture_edges", Samples.mean(all, STRONG));
        to.put("picture_palette", Samples.mean(all, PALETTE));
    }
}
