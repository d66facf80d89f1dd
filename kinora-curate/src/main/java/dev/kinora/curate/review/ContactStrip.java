package dev.kinora.curate.review;

import dev.kinora.media.DecodedFrame;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.Resample;
import dev.kinora.media.VideoReader;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.FileImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of a clip, evenly spaced in time, side by side in one JPEG.
 *
 * @param frames how many, 1 to 32
 * @param width the most columns of each, 32 to 640; rows are at most three quarters of that
 */
record ContactStrip(int frames, int width) {
    private static final float QUALITY = 0.72f;

    ContactStrip {
        if (frames < 1 || frames > 32) {
            throw new IllegalArgumentException("curate review: frames = " + frames + " (expected: 1 to 32)");
        }
        if (width < 32 || width > 640) {
            throw new IllegalArgumentException("curate review: width = " + width + " (expected: 32 to 640)");
        }
    }

    /** Name of a folder of such pictures: equal clips give equal files in it. */
    String folder() {
        return "sprites-" + frames + "x" + width;
    }

    /**
     * Draws a clip.
     *
     * @param video the clip's file
     * @param seconds how long it is
     * @param jpeg where to
     */
    void draw(Path video, double seconds, Path jpeg) throws IOException {
        try (VideoReader in = VideoReader.open(video)) {
            double scale = Math.min(
                    1.0,
                    Math.min(
                            (double) width / in.info().width(),
                            0.75 * width / in.info().height()));
            int w = Math.max(2, (int) Math.round(in.info().width() * scale));
            int h = Math.max(2, (int) Math.round(in.info().height() * scale));
            BufferedImage strip = new BufferedImage(w * frames, h, BufferedImage.TYPE_3BYTE_BGR);
            int drawn = 0;
            Image last = Image.black(w, h);
            for (DecodedFrame frame; drawn < frames && (frame = nextOrEnd(in)) != null; ) {
                if (frame.seconds() >= (drawn + 0.5) * seconds / frames - 1e-9 || (drawn == 0 && frame.index() == 0)) {
                    last = frame.image().resize(w, h, Resample.BILINEAR);
                }
                while (drawn < frames && frame.seconds() >= (drawn + 0.5) * seconds / frames - 1e-9) {
                    paste(strip, last, drawn++ * w);
                }
            }
            while (drawn < frames) {
                paste(strip, last, drawn++ * w);
            }
            write(strip, jpeg);
        }
    }

    private static @Nullable DecodedFrame nextOrEnd(VideoReader in) {
        try {
            return in.decodeNext();
        } catch (MediaException e) {
            return null; // what was seen of it is shown
        }
    }

    private static void paste(BufferedImage strip, Image frame, int x) {
        byte[] to = ((DataBufferByte) strip.getRaster().getDataBuffer()).getData();
        byte[] from = frame.rgb();
        for (int y = 0; y < frame.height(); y++) {
            int o = (y * strip.getWidth() + x) * 3;
            int i = y * frame.width() * 3;
            for (int k = 0; k < frame.width(); k++, o += 3, i += 3) {
                to[o] = from[i + 2];
                to[o + 1] = from[i + 1];
                to[o + 2] = from[i];
            }
        }
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (FileImageOutputStream out = new FileImageOutputStream(file.toFile())) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), how);
        } finally {
            writer.dispose();
        }
    }
}
