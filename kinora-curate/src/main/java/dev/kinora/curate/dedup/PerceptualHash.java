package dev.kinora.curate.dedup;

import dev.kinora.curate.frames.Look;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Sampler;
import dev.kinora.curate.stage.Span;
import dev.kinora.media.MediaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * What a clip looks like in 192 bits: the signs of 64 low frequencies (Zauner's pHash) of three pictures, a tenth, a half
 * and nine tenths into the clip. Scaling, coding and small changes of tone turn few of them.
 */
public final class PerceptualHash implements AutoCloseable {
    private static final int SIDE = 32;
    private static final int LOW = 8;
    private static final double[] PLACES = {0.1, 0.5, 0.9};

    private record Picture(long pts, long hash) {}

    private final Sampler sampler = new Sampler(4);
    private final List<Picture> pictures = new ArrayList<>();

    /** How it is made. */
    public Method method() {
        return new Method("phash", 1, "");
    }

    /** Begins another file. */
    public void begin() {
        pictures.clear();
        sampler.reset();
    }

    /** Watches a frame. */
    public void observe(Look look) throws MediaException {
        if (sampler.takes(look.seconds())) {
            pictures.add(new Picture(look.pts(), of(look.small())));
        }
    }

    /** 48 hexadecimal digits; empty where no picture was looked at. */
    public String of(Span span) {
        List<Picture> all = pictures.stream().filter(p -> span.contains(p.pts)).toList();
        StringBuilder out = new StringBuilder();
        for (double place : PLACES) {
            if (!all.isEmpty()) {
                out.append("%016x".formatted(all.get((int) Math.round(place * (all.size() - 1))).hash));
            }
        }
        return out.toString();
    }

    static long of(Mat gray) {
        try (Mat tiny = new Mat();
                Mat real = new Mat();
                Mat frequencies = new Mat();
                Size size = new Size(SIDE, SIDE)) {
            opencv_imgproc.resize(gray, tiny, size, 0, 0, opencv_imgproc.INTER_AREA);
            tiny.convertTo(real, opencv_core.CV_32F);
            opencv_core.dct(real, frequencies);
            float[] all = new float[SIDE * SIDE];
            try (FloatPointer p = new FloatPointer(frequencies.data())) {
                p.get(all);
            }
            float[] low = new float[LOW * LOW];
            for (int i = 0; i < low.length; i++) {
                // From 1 on both axes: the first row and column hold what lighting alone changes.
                low[i] = all[(1 + i / LOW) * SIDE + 1 + i % LOW];
            }
            float[] sorted = low.clone();
            Arrays.sort(sorted);
            float median = (sorted[low.length / 2 - 1] + sorted[low.length / 2]) / 2;
            long bits = 0;
            for (int i = 0; i < low.length; i++) {
                bits |= low[i] > median ? 1L << i : 0;
            }
            return bits;
        }
    }

    /** How many bits two hashes of {@link #of(Span)} differ in; more than any can where one is missing. */
    public static int distance(String a, String b) {
        if (a.length() != b.length() || a.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        int sum = 0;
        for (int i = 0; i < a.length(); i += 16) {
            sum += Long.bitCount(Long.parseUnsignedLong(a, i, i + 16, 16) ^ Long.parseUnsignedLong(b, i, i + 16, 16));
        }
        return sum;
    }

    @Override
    public void close() {
        begin();
    }
}
