package dev.kinora.curate.text;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.kinora.curate.frames.Look;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;

/**
 * The text recogniser of PP-OCRv4 (SVTR-LCNet with CTC, Du et al., arXiv 2205.00159) by ONNX Runtime, on one thread. It
 * is asked whether there are letters in what the detector found, not what they say: the start of a line is enough. A
 * line has letters where two characters or more come out, letters or digits, with a mean probability of at least 0.5,
 * PaddleOCR's own limit.
 */
final class TextReader implements AutoCloseable {
    /** Where the network lies on the class path. */
    static final String MODEL = "/models/ch_PP-OCRv4_rec_infer.onnx";

    /** Rows of what it reads. */
    static final int HEIGHT = 48;

    /** Columns of what it reads: lines up to the first, or the start of longer ones. */
    private static final int[] WIDTHS = {160, 320};

    /** Lines read at once: what they take of memory has a bound. */
    private static final int BATCH = 16;

    private static final double CONFIDENT = 0.5;
    private static final int FEWEST = 2;

    /** Height over width from which on a line is taken for one that runs downwards. */
    private static final double UPRIGHT = 1.5;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final String input;
    private final boolean[] letters;

    /** Loads the network. */
    TextReader() {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setMemoryPatternOptimization(false);
            session = environment.createSession(TextDetector.weights(MODEL), options);
            input = session.getInputNames().iterator().next();
            letters = letters(session.getMetadata().getCustomMetadata().get("character"));
        } catch (OrtException e) {
            throw new IllegalStateException("text: model = " + MODEL + " (expected: one that ONNX Runtime loads)", e);
        }
    }

    /** Which of its classes are letters or digits: first none at all, then the characters, last the space. */
    private static boolean[] letters(@Nullable String characters) {
        if (characters == null) {
            throw new IllegalStateException(
                    "text: model = " + MODEL + " without characters (expected: a line a character in its metadata)");
        }
        String[] lines = characters.split("\n", -1);
        boolean[] out = new boolean[lines.length + 2];
        for (int i = 0; i < lines.length; i++) {
            out[i + 1] = !lines[i].isEmpty() && Character.isLetterOrDigit(lines[i].codePointAt(0));
        }
        return out;
    }

    /**
     * What a box shows, turned level and brought to {@value #HEIGHT} rows; the caller closes it.
     *
     * @param rgb the frame, uint8 [H, W, 3]
     */
    static Mat level(Mat rgb, TextBox box) {
        float[] p = box.level(rgb.cols(), rgb.rows());
        double w = Math.hypot(p[2] - p[0], p[3] - p[1]);
        double h = Math.hypot(p[6] - p[0], p[7] - p[1]);
        boolean upright = h >= UPRIGHT * w;
        double across = upright ? h : w;
        double along = Math.max(1, upright ? w : h);
        int longest = WIDTHS[WIDTHS.length - 1];
        double whole = across * HEIGHT / along;
        int width = (int) Math.clamp(Math.ceil(whole), 8, longest);
        // Of a line too long the start: the same scale both ways.
        float end = (float) Math.max(width, whole);
        float[] to = upright ? new float[] {0, HEIGHT, 0, 0, end, 0} : new float[] {0, 0, end, 0, end, HEIGHT};
        Mat out = new Mat();
        try (Mat from = new Mat(3, 1, opencv_core.CV_32FC2);
                Mat target = new Mat(3, 1, opencv_core.CV_32FC2);
                FloatPointer a = new FloatPointer(from.data());
                FloatPointer b = new FloatPointer(target.data())) {
            a.put(p, 0, 6);
            b.put(to, 0, 6);
            try (Mat map = opencv_imgproc.getAffineTransform(from, target);
                    Size size = new Size(width, HEIGHT);
                    Scalar border = new Scalar(0)) {
                opencv_imgproc.warpAffine(
                        rgb, out, map, size, opencv_imgproc.INTER_LINEAR, opencv_core.BORDER_REPLICATE, border);
            }
        }
        return out;
    }

    /**
     * Which of these have letters.
     *
     * @param lines as {@link #level} makes them
     */
    boolean[] read(List<Mat> lines) {
        boolean[] out = new boolean[lines.size()];
        int shortest = 0;
        for (int width : WIDTHS) {
            List<Integer> those = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).cols() > shortest && lines.get(i).cols() <= width) {
                    those.add(i);
                }
            }
            for (int from = 0; from < those.size(); from += BATCH) {
                batch(lines, those.subList(from, Math.min(those.size(), from + BATCH)), width, out);
            }
            shortest = width;
        }
        return out;
    }

    private void batch(List<Mat> lines, List<Integer> those, int width, boolean[] out) {
        long[] shape = {those.size(), 3, HEIGHT, width};
        FloatBuffer pixels = ByteBuffer.allocateDirect(4 * those.size() * 3 * HEIGHT * width)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int k = 0; k < those.size(); k++) {
            put(lines.get(those.get(k)), pixels, k, width);
        }
        try (OnnxTensor x = OnnxTensor.createTensor(environment, pixels, shape);
                OrtSession.Result result = session.run(Map.of(input, x))) {
            OnnxTensor y = (OnnxTensor) result.get(0);
            long[] size = y.getInfo().getShape();
            FloatBuffer probability = y.getFloatBuffer();
            float[] row = new float[(int) size[2]];
            for (int k = 0; k < those.size(); k++) {
                out[those.get(k)] = decode(probability, row, (int) size[1]);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("text: recogniser = failed at " + those.size() + " x " + width, e);
        }
    }

    /** [3, 48, W], blue first as the network learned it, from -1 to 1; 0 where the line has ended. */
    private static void put(Mat line, FloatBuffer to, int k, int width) {
        byte[] rgb = Look.bytes(line);
        int w = line.cols();
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < HEIGHT; y++) {
                int at = ((k * 3 + c) * HEIGHT + y) * width;
                for (int x = 0; x < w; x++) {
                    to.put(at + x, (rgb[3 * (y * w + x) + 2 - c] & 255) / 127.5f - 1);
                }
            }
        }
    }

    /** Greedy CTC: the likeliest class at each step; repeats and blanks fall away. */
    private boolean decode(FloatBuffer probability, float[] row, int steps) {
        int before = 0;
        int characters = 0;
        int found = 0;
        double sum = 0;
        for (int t = 0; t < steps; t++) {
            probability.get(row);
            int best = 0;
            for (int c = 1; c < row.length; c++) {
                best = row[c] > row[best] ? c : best;
            }
            if (best != 0 && best != before) {
                characters++;
                sum += row[best];
                found += best < letters.length && letters[best] ? 1 : 0;
            }
            before = best;
        }
        return found >= FEWEST && sum >= CONFIDENT * characters;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("text: recogniser = cannot be closed", e);
        }
    }
}
