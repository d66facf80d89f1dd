package dev.kinora.curate.text;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.motion.MotionStage;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Sampler;
import dev.kinora.curate.stage.Scores;
import dev.kinora.curate.stage.Span;
import dev.kinora.curate.stage.Stage;
import dev.kinora.curate.stage.StageInfo;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/**
 * How much text there is, once a second, and whose: text that stands in the frame while the scene moves behind it was
 * laid over it; where nothing moves the two cannot be told apart, and a column says so.
 */
public final class TextStage implements Stage {
    /** Pictures looked at a second. */
    public static final double RATE = 1;

    /** Overlap at which two boxes are one text that has not moved. */
    static final double SAME = 0.7;

    /** Short sides that the scene has to travel behind a text to prove it an overlay. */
    private static final double TRAVELLED = 0.08;

    /** Share of that way that it may go along with the scene and still be none of it. */
    private static final double FOLLOWS = 0.3;

    /** Mean change in grey levels below which a picture is the one before. */
    private static final double UNCHANGED = 0.3;

    /** What it measures and how. */
    public static StageInfo info(boolean withMotion) {
        return new StageInfo(
                new Method(withMotion ? "text" : "text-alone", 2, Holder.MODEL),
                List.of(
                        new Column("text_area", "0..1", "share of the picture under text, mean"),
                        new Column("text_area_max", "0..1", "the same of the picture with most"),
                        new Column(
                                "text_area_held",
                                "0..1",
                                "share under text that a third of the pictures reach, at least three of them"),
                        new Column("text_edges", "0..1", "share of all that is drawn, by its gradients, under text"),
                        new Column("text_boxes", "count", "lines of text, mean"),
                        new Column("text_overlay_area", "0..1", "share under text that stands while the scene moves"),
                        new Column("text_static_area", "0..1", "share under text that stands as the scene does"),
                        new Column("text_change", "0..1", "share of lines that are gone a second later")));
    }

    /** The hash of both networks, computed when first asked for. */
    private static final class Holder {
        private static final String MODEL = sha256();

        private static String sha256() {
            try {
                MessageDigest both = MessageDigest.getInstance("SHA-256");
                both.update(TextDetector.weights(TextDetector.MODEL));
                return HexFormat.of().formatHex(both.digest(TextDetector.weights(TextReader.MODEL)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("SHA-256 is part of every JDK", e);
            }
        }
    }

    private record Sample(long pts, List<TextBox> boxes, double edges) {}

    /** A text over the samples it stands through, {@code from} to {@code to} inclusive. */
    private record Track(int from, int to, List<TextBox> boxes) {}

    private final TextLines lines = new TextLines();
    private final @Nullable MotionStage motion;
    private final Sampler sampler = new Sampler(RATE);
    private final List<Sample> samples = new ArrayList<>();
    private byte[] before = new byte[0];
    private int width = 1;
    private int height = 1;

    /** @param motion watches the same frames and says how far the scene has moved; null where nobody does */
    public TextStage(@Nullable MotionStage motion) {
        this.motion = motion;
    }

    @Override
    public StageInfo info() {
        return info(motion != null);
    }

    @Override
    public void begin(VideoInfo info) {
        samples.clear();
        sampler.reset();
        lines.begin();
        before = new byte[0];
        width = info.width();
        height = info.height();
    }

    @Override
    public void observe(Look look) throws MediaException {
        if (!sampler.takes(look.seconds())) {
            return;
        }
        byte[] now = Look.bytes(look.small());
        List<TextBox> boxes = unchanged(before, now) ? samples.getLast().boxes : lines.of(look);
        Mat small = look.small();
        samples.add(new Sample(look.pts(), boxes, Coverage.ofEdges(boxes, now, small.cols(), small.rows())));
        before = now;
    }

    private static boolean unchanged(byte[] a, byte[] b) {
        if (a.length != b.length) {
            return false;
        }
        long sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 255) - (b[i] & 255));
        }
        return sum < UNCHANGED * a.length;
    }

    @Override
    public void score(Span span, Scores to) {
        List<Sample> inside = samples.stream().filter(s -> span.contains(s.pts)).toList();
        List<Track> tracks = tracks(inside);
        double area = 0;
        double largest = 0;
        double overlay = 0;
        double standing = 0;
        double count = 0;
        List<Double> areas = new ArrayList<>();
        for (int i = 0; i < inside.size(); i++) {
            List<TextBox> all = inside.get(i).boxes;
            double here = Coverage.of(all);
            area += here;
            largest = Math.max(largest, here);
            count += all.size();
            areas.add(here);
            List<TextBox> over = new ArrayList<>();
            List<TextBox> still = new ArrayList<>();
            for (Track t : tracks) {
                if (t.to > t.from && i >= t.from && i <= t.to) {
                    double travelled = travelled(inside, t);
                    if (moved(t) <= FOLLOWS * travelled || travelled < TRAVELLED) {
                        (travelled >= TRAVELLED ? over : still).add(t.boxes.get(i - t.from));
                    }
                }
            }
            overlay += Coverage.of(over);
            standing += Coverage.of(still);
        }
        double n = inside.size();
        to.put("text_area", area / n);
        to.put("text_area_max", inside.isEmpty() ? Double.NaN : largest);
        to.put("text_area_held", held(areas));
        to.put(
                "text_edges",
                inside.stream()
                        .mapToDouble(Sample::edges)
                        .filter(e -> !Double.isNaN(e))
                        .average()
                        .orElse(Double.NaN));
        to.put("text_boxes", count / n);
        if (motion != null && inside.size() > 1) {
            to.put("text_overlay_area", overlay / n);
            to.put("text_static_area", standing / n);
        }
        long ends = tracks.stream().filter(t -> t.to < inside.size() - 1).count();
        double followed = count - (inside.isEmpty() ? 0 : inside.getLast().boxes.size());
        to.put("text_change", followed == 0 ? Double.NaN : ends / followed);
    }

    /** What is reached for as long as it takes to read: by a third of the pictures, or three, or all there are. */
    static double held(List<Double> areas) {
        if (areas.isEmpty()) {
            return Double.NaN;
        }
        areas.sort(Collections.reverseOrder());
        int pictures = Math.min(areas.size(), Math.max(3, (areas.size() + 2) / 3));
        return areas.get(pictures - 1);
    }

    /** How far a text goes in the picture, in short sides. */
    private double moved(Track track) {
        TextBox a = track.boxes.getFirst();
        TextBox b = track.boxes.getLast();
        double dx = (a.left() + a.right() - b.left() - b.right()) / 2 * width;
        double dy = (a.top() + a.bottom() - b.top() - b.bottom()) / 2 * height;
        return Math.hypot(dx, dy) / Math.min(width, height);
    }

    private double travelled(List<Sample> inside, Track track) {
        if (motion == null) {
            return 0;
        }
        return motion.travelled(new Span(inside.get(track.from).pts, inside.get(track.to).pts + 1));
    }

    /** Follows each box from sample to sample, best overlap first. */
    private static List<Track> tracks(List<Sample> inside) {
        List<Track> done = new ArrayList<>();
        List<Track> open = new ArrayList<>();
        for (int i = 0; i < inside.size(); i++) {
            List<Track> next = new ArrayList<>();
            List<Track> unmatched = new ArrayList<>(open);
            for (TextBox box : inside.get(i).boxes) {
                Track best = null;
                for (Track t : unmatched) {
                    double overlap = t.boxes.getLast().overlap(box);
                    if (overlap >= SAME
                            && (best == null || overlap > best.boxes.getLast().overlap(box))) {
                        best = t;
                    }
                }
                List<TextBox> boxes = new ArrayList<>(best == null ? List.of() : best.boxes);
                boxes.add(box);
                next.add(new Track(best == null ? i : best.from, i, boxes));
                unmatched.remove(best);
            }
            done.addAll(unmatched);
            open = next;
        }
        done.addAll(open);
        return done;
    }

    @Override
    public void close() {
        lines.close();
    }
}
