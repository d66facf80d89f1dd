package dev.kinora.curate.text;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.MediaException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;

/**
 * Lines of text in a frame: what the detector finds and the recogniser reads letters in. A round rim, a row of windows,
 * a crack in a wall are found as lines too, and read as nothing. What stands where it stood in the frame before, and
 * looks the same, is not read again.
 */
final class TextLines implements AutoCloseable {
    /** Long side at which lines are looked for. */
    private static final int LONGEST = 640;

    /** Columns and rows at which two looks at a line are compared. */
    private static final int COARSE = 24;

    private static final int LOW = 6;

    /** Mean difference of these, in grey levels, up to which they are one. */
    private static final double ALIKE = 12;

    /** A box that was looked into. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never written to
    private record Seen(TextBox box, byte[] coarse, boolean letters) {}

    private final TextDetector detector = new TextDetector();
    private @Nullable TextReader reader;
    private List<Seen> before = List.of();

    /** Forgets the file before. */
    void begin() {
        before = List.of();
    }

    /** The lines of a frame. */
    List<TextBox> of(Look look) throws MediaException {
        List<TextBox> found = detector.detect(look, LONGEST);
        if (found.isEmpty()) {
            before = List.of();
            return found;
        }
        Mat rgb = look.rgb();
        List<Seen> now = new ArrayList<>();
        List<Mat> unread = new ArrayList<>();
        List<Integer> at = new ArrayList<>();
        try {
            for (TextBox box : found) {
                Mat line = TextReader.level(rgb, box);
                byte[] coarse = coarse(line);
                Seen same = same(box, coarse);
                now.add(new Seen(box, coarse, same != null && same.letters));
                if (same == null) {
                    unread.add(line);
                    at.add(now.size() - 1);
                } else {
                    line.close();
                }
            }
            boolean[] letters = unread.isEmpty() ? new boolean[0] : reader().read(unread);
            for (int i = 0; i < letters.length; i++) {
                Seen s = now.get(at.get(i));
                now.set(at.get(i), new Seen(s.box, s.coarse, letters[i]));
            }
        } finally {
            unread.forEach(Mat::close);
        }
        before = now;
        return now.stream().filter(Seen::letters).map(Seen::box).toList();
    }

    /** Loaded when there is first something to read: many a video has nothing. */
    private TextReader reader() {
        TextReader loaded = reader;
        if (loaded == null) {
            loaded = new TextReader();
            reader = loaded;
        }
        return loaded;
    }

    private static byte[] coarse(Mat line) {
        try (Mat small = new Mat();
                Size size = new Size(COARSE, LOW)) {
            opencv_imgproc.resize(line, small, size, 0, 0, opencv_imgproc.INTER_AREA);
            return Look.bytes(small);
        }
    }

    private @Nullable Seen same(TextBox box, byte[] coarse) {
        for (Seen s : before) {
            if (s.box.overlap(box) >= TextStage.SAME && difference(s.coarse, coarse) <= ALIKE) {
                return s;
            }
        }
        return null;
    }

    private static double difference(byte[] a, byte[] b) {
        long sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 255) - (b[i] & 255));
        }
        return (double) sum / a.length;
    }

    @Override
    public void close() {
        detector.close();
        if (reader != null) {
            reader.close();
        }
    }
}
