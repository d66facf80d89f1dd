package dev.kinora.curate.frames;

import dev.kinora.media.DecodedFrame;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.MotionVectors;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;

/**
 * One frame and the views of it that several stages need, each made when first asked for and freed with the look: a
 * stage copies what it keeps.
 */
public final class Look implements AutoCloseable {
    /** Short side of {@link #small}, in pixels. */
    public static final int SMALL = 144;

    private final DecodedFrame frame;
    private @Nullable Mat rgb;
    private @Nullable Mat gray;
    private @Nullable Mat small;

    /** A look at a frame, good as long as the frame is. */
    public Look(DecodedFrame frame) {
        this.frame = frame;
    }

    /** 0 for the file's first frame. */
    public int index() {
        return frame.index();
    }

    /** Presentation time in ticks of the file's time base. */
    public long pts() {
        return frame.pts();
    }

    /** Presentation time in seconds from the first frame. */
    public double seconds() {
        return frame.seconds();
    }

    /** What the codec says of motion; without blocks where nobody asked for it when the file was opened. */
    public MotionVectors vectors() {
        return frame.vectors();
    }

    /** The picture, at its own size. */
    public Image image() throws MediaException {
        return frame.image();
    }

    /** Packed RGB, uint8 [H, W, 3]. */
    public Mat rgb() throws MediaException {
        if (rgb == null) {
            rgb = mat(image());
        }
        return rgb;
    }

    /** A picture as OpenCV takes it, uint8 [H, W, 3]; the caller closes it. */
    public static Mat mat(Image image) {
        Mat out = new Mat(image.height(), image.width(), opencv_core.CV_8UC3);
        try (BytePointer to = out.data()) {
            to.put(image.rgb(), 0, image.rgb().length);
        }
        return out;
    }

    /** Luma by BT.601, uint8 [H, W]. */
    public Mat gray() throws MediaException {
        if (gray == null) {
            gray = new Mat();
            opencv_imgproc.cvtColor(rgb(), gray, opencv_imgproc.COLOR_RGB2GRAY);
        }
        return gray;
    }

    /**
     * Luma with the short side reduced to {@link #SMALL}, uint8, straight from the decoder's samples; a smaller frame
     * keeps its size.
     */
    public Mat small() throws MediaException {
        if (small == null) {
            small = smallGray(SMALL);
        }
        return small;
    }

    /** Pixels per row. */
    public int width() {
        return frame.width();
    }

    /** Rows. */
    public int height() {
        return frame.height();
    }

    /** The picture brought to another size straight from the decoder's samples. */
    public Image scaled(int width, int height) throws MediaException {
        return frame.scaled(width, height);
    }

    /** Luma with the short side reduced to {@code side}, as {@link #small} has it; the caller closes it. */
    public Mat smallGray(int side) throws MediaException {
        double scale = Math.min(1, (double) side / Math.min(frame.width(), frame.height()));
        Image image = scale == 1
                ? image()
                : frame.scaled(Math.max(1, (int) Math.round(frame.width() * scale)), Math.max(1, (int)
                        Math.round(frame.height() * scale)));
        Mat out = new Mat();
        try (Mat colour = mat(image)) {
            opencv_imgproc.cvtColor(colour, out, opencv_imgproc.COLOR_RGB2GRAY);
        }
        return out;
    }

    /** A copy with the short side reduced to {@code side} by area; a smaller picture is copied as it is. */
    public static Mat shrink(Mat picture, int side) {
        int shortSide = Math.min(picture.cols(), picture.rows());
        Mat out = new Mat();
        if (shortSide <= side) {
            picture.copyTo(out);
            return out;
        }
        double scale = (double) side / shortSide;
        try (Size size = new Size(Math.max(1, (int) Math.round(picture.cols() * scale)), Math.max(1, (int)
                Math.round(picture.rows() * scale)))) {
            opencv_imgproc.resize(picture, out, size, 0, 0, opencv_imgproc.INTER_AREA);
        }
        return out;
    }

    /** The bytes of a continuous uint8 picture. */
    public static byte[] bytes(Mat picture) {
        byte[] out = new byte[Math.toIntExact(picture.total() * picture.channels())];
        try (BytePointer from = picture.data()) {
            from.get(out);
        }
        return out;
    }

    @Override
    public void close() {
        for (Mat m : new Mat[] {rgb, gray, small}) {
            if (m != null) {
                m.close();
            }
        }
        rgb = null;
        gray = null;
        small = null;
    }
}
