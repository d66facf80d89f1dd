package dev.kinora.media;

import java.util.Objects;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.jspecify.annotations.Nullable;

/** A frame that still lies in the decoder's memory. */
final class NativeFrame implements DecodedFrame {
    private final Geometry geometry;
    private final AVFrame frame;
    private final int index;
    private final long pts;
    private final double seconds;
    private boolean gone;
    private @Nullable Image image;
    private @Nullable Image captured;

    /** How one stream's frames become upright pictures, and the converters that its frames share. */
    static final class Geometry implements AutoCloseable {
        private final RgbConverter converter = new RgbConverter();
        private final RgbConverter capture = new RgbConverter();
        private final RgbConverter scaler = new RgbConverter();
        private final int width;
        private final int height;
        private final VideoInfo.Colour colour;
        private final Crop crop;
        private final Orientation orientation;
        private @Nullable Bilinear bilinear;
        private @Nullable SampledYuv sampled;
        private int sampledFormat = -1;

        /** Columns and rows that the container says not to show. */
        record Crop(int top, int bottom, int left, int right) {
            static final Crop NONE = new Crop(0, 0, 0, 0);

            boolean fits(int width, int height) {
                int w = width - left - right;
                int h = height - top - bottom;
                return top >= 0 && left >= 0 && w > 0 && w <= width && h > 0 && h <= height;
            }
        }

        Geometry(int width, int height, VideoInfo.Colour colour, Crop crop, Orientation orientation) {
            this.width = width;
            this.height = height;
            this.colour = colour;
            this.crop = crop.fits(width, height) ? crop : Crop.NONE;
            this.orientation = orientation;
        }

        private Image upright(Image image) {
            return orientation.apply(image.crop(crop.left, crop.top, shownWidth(), shownHeight()));
        }

        private int shownWidth() {
            return width - crop.left - crop.right;
        }

        private int shownHeight() {
            return height - crop.top - crop.bottom;
        }

        private boolean plain(AVFrame frame) {
            return orientation == Orientation.UPRIGHT
                    && crop.equals(Crop.NONE)
                    && frame.width() == width
                    && frame.height() == height;
        }

        private @Nullable SampledYuv samples(AVFrame frame) {
            if (sampledFormat != frame.format()) {
                sampledFormat = frame.format();
                sampled = SampledYuv.of(frame);
            }
            return sampled;
        }

        @Override
        public void close() {
            converter.close();
            capture.close();
            scaler.close();
        }
    }

    NativeFrame(Geometry geometry, AVFrame frame, int index, long pts, double seconds) {
        this.geometry = geometry;
        this.frame = frame;
        this.index = index;
        this.pts = pts;
        this.seconds = seconds;
    }

    /** The decoder is about to use the memory again. */
    void leave() {
        gone = true;
    }

    private AVFrame frame() {
        if (gone) {
            throw new IllegalStateException(
                    "DecodedFrame: frame " + index + " is gone (expected: before the next one)");
        }
        return frame;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public long pts() {
        return pts;
    }

    @Override
    public double seconds() {
        return seconds;
    }

    @Override
    public int width() {
        return geometry.orientation.swapsAxes() ? geometry.shownHeight() : geometry.shownWidth();
    }

    @Override
    public int height() {
        return geometry.orientation.swapsAxes() ? geometry.shownWidth() : geometry.shownHeight();
    }

    @Override
    public Image image() throws MediaException {
        if (image == null) {
            image = geometry.upright(
                    geometry.converter.toImage(frame(), geometry.width, geometry.height, geometry.colour));
        }
        return image;
    }

    @Override
    public Image captured() throws MediaException {
        if (captured == null) {
            captured = geometry.upright(geometry.capture.captured(frame(), geometry.width, geometry.height));
        }
        return captured;
    }

    @Override
    public Image captured(int width, int height) throws MediaException {
        Geometry g = geometry;
        if (captured != null || !g.plain(frame()) || (width == g.width && height == g.height)) {
            return Bilinear.resize(captured(), width, height);
        }
        SampledYuv samples = g.samples(frame());
        if (samples == null) {
            return Bilinear.resize(captured(), width, height);
        }
        if (g.bilinear == null || !g.bilinear.fits(width, height)) {
            g.bilinear = new Bilinear(g.width, g.height, width, height);
        }
        return Objects.requireNonNull(g.bilinear).resize(samples.at(frame()));
    }

    @Override
    public Image scaled(int width, int height) throws MediaException {
        if (!geometry.plain(frame())) {
            return image().resize(width, height, Resample.BICUBIC);
        }
        return geometry.scaler.scaled(frame(), width, height, geometry.colour);
    }

    @Override
    public MotionVectors vectors() {
        return MotionVectors.of(frame());
    }
}
