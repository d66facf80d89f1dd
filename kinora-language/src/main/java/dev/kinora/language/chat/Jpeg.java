package dev.kinora.language.chat;

import dev.kinora.media.Image;
import dev.kinora.media.Resample;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** A picture as a file in memory: what models are sent. The same picture gives the same bytes on the same JDK. */
public final class Jpeg {
    private static final float QUALITY = 0.9f;

    private final byte[] bytes;

    private Jpeg(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Encodes a picture.
     *
     * @param longSide pixels that the longer side is reduced to; a smaller picture stays as it is
     */
    public static Jpeg of(Image image, int longSide) {
        int side = Math.max(image.width(), image.height());
        Image fit = side <= longSide
                ? image
                : image.resize(
                        Math.max(1, Math.round((float) image.width() * longSide / side)),
                        Math.max(1, Math.round((float) image.height() * longSide / side)),
                        Resample.LANCZOS);
        try {
            return new Jpeg(encode(fit));
        } catch (IOException e) {
            throw new UncheckedIOException("jpeg: picture = " + fit + " (expected: one that can be encoded)", e);
        }
    }

    private static byte[] encode(Image image) throws IOException {
        BufferedImage picture = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
        byte[] rgb = image.rgb();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
        }
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        ImageWriter writer = writers.next();
        try {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(QUALITY);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
                writer.setOutput(out);
                writer.write(null, new IIOImage(picture, null, null), how);
            }
            return bytes.toByteArray();
        } finally {
            writer.dispose();
        }
    }

    /** The file itself, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Jpeg j && Arrays.equals(j.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "JPEG of " + bytes.length + " bytes";
    }
}
