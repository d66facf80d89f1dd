package dev.kinora.media;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/** Single pictures in and out. */
public final class Images {
    private static final Set<String> IMAGEIO_FORMATS = Set.of("png", "jpeg", "bmp", "tif", "tiff");
    private static final int EXIF_ORIENTATION = 0x0112;

    private Images() {}

    /**
     * Reads a picture as diffusers' {@code load_image} does through Pillow: turned upright by its EXIF tag, alpha
     * dropped, an embedded colour profile ignored. PNG, JPEG, BMP and TIFF, and what else FFmpeg decodes (WebP, AVIF,
     * …; the first frame of what moves).
     *
     * @throws MediaException if there is no such file, it is no picture, it is damaged, or it is larger than
     *     {@link MediaLimits#DEFAULT}
     */
    public static Image read(Path file) throws MediaException {
        return read(file, MediaLimits.DEFAULT);
    }

    /** As {@link #read(Path)} with other limits. */
    public static Image read(Path file, MediaLimits limits) throws MediaException {
        if (!Files.isRegularFile(file)) {
            throw new MediaException("Images.read", "file", file, "an existing picture file");
        }
        Image image = readByImageIo(file, limits);
        if (image != null) {
            return image;
        }
        try (VideoReader in = VideoReader.open(file, limits)) {
            VideoFrame first = in.next();
            if (first == null) {
                throw new MediaException("Images.read", "file", file, "a picture; this one is empty");
            }
            return first.image();
        } catch (MediaException e) {
            throw new MediaException("Images.read", "file", file, "a picture; " + e.getMessage(), e);
        }
    }

    private static @Nullable Image readByImageIo(Path file, MediaLimits limits) throws MediaException {
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                return null;
            }
            ImageReader reader = readers.next();
            try {
                if (!IMAGEIO_FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                    return null;
                }
                return decode(reader, in, file, limits);
            } finally {
                reader.dispose();
            }
        } catch (MediaException e) {
            throw e;
        } catch (IIOException e) {
            if (String.valueOf(e.getMessage()).contains("Unsupported Image Type")) {
                return null; // JPEG in CMYK: FFmpeg has it
            }
            throw new MediaException("Images.read", "file", file, "a whole picture; " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new MediaException("Images.read", "file", file, "a whole picture; " + e, e);
        }
    }

    private static Image decode(ImageReader reader, ImageInputStream in, Path file, MediaLimits limits)
            throws IOException {
        String[] damage = new String[1];
        reader.addIIOReadWarningListener((source, warning) -> {
            if (warning.toLowerCase(Locale.ROOT).contains("premature")) {
                damage[0] = warning;
            }
        });
        reader.setInput(in, true, true);
        limits.checkSize("Images.read", reader.getWidth(0), reader.getHeight(0));
        BufferedImage decoded = reader.read(0);
        if (damage[0] != null) {
            throw new MediaException("Images.read", "file", file, "a whole picture; " + damage[0]);
        }
        return Orientation.ofExif(exifOrientation(file)).apply(fromRaster(decoded));
    }

    /**
     * The stored samples as they are. {@code BufferedImage.getRGB} would convert between colour spaces, and takes grey
     * for linear light.
     */
    private static Image fromRaster(BufferedImage image) {
        int w = image.getWidth();
        int h = image.getHeight();
        byte[] rgb = new byte[w * h * 3];
        Raster raster = image.getRaster();
        ColorModel model = image.getColorModel();
        int bands = raster.getNumBands();
        int[] shift = new int[bands];
        for (int b = 0; b < bands; b++) {
            shift[b] = Math.max(0, raster.getSampleModel().getSampleSize(b) - 8);
        }
        int[] row = new int[w * bands];
        int o = 0;
        for (int y = 0; y < h; y++) {
            raster.getPixels(0, y, w, 1, row);
            for (int x = 0; x < w; x++) {
                int i = x * bands;
                if (model instanceof IndexColorModel palette) {
                    int c = palette.getRGB(row[i]);
                    rgb[o++] = (byte) (c >> 16);
                    rgb[o++] = (byte) (c >> 8);
                    rgb[o++] = (byte) c;
                } else {
                    for (int c = 0; c < 3; c++) {
                        int b = bands < 3 ? 0 : c;
                        rgb[o++] = (byte) (row[i + b] >> shift[b]);
                    }
                }
            }
        }
        return Image.of(w, h, rgb);
    }

    /** EXIF tag 274 of a JPEG or PNG; 1 where there is none. */
    private static int exifOrientation(Path file) {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int magic = in.readUnsignedShort();
            if (magic == 0xFFD8) {
                return jpegOrientation(in);
            }
            if (magic == (int) (Png.SIGNATURE >>> 48)) {
                in.skipNBytes(6);
                return pngOrientation(in);
            }
            return 1;
        } catch (IOException | IndexOutOfBoundsException e) {
            return 1;
        }
    }

    private static int jpegOrientation(DataInputStream in) throws IOException {
        while (true) {
            int marker = in.readUnsignedShort();
            if (marker == 0xFFDA || (marker & 0xFF00) != 0xFF00) {
                return 1;
            }
            byte[] segment = in.readNBytes(Math.max(0, in.readUnsignedShort() - 2));
            if (marker == 0xFFE1 && segment.length > 14 && new String(segment, 0, 4, US_ASCII).equals("Exif")) {
                return orientation(
                        ByteBuffer.wrap(segment, 6, segment.length - 6).slice());
            }
        }
    }

    private static int pngOrientation(DataInputStream in) throws IOException {
        while (true) {
            int length = in.readInt();
            String type = new String(in.readNBytes(4), US_ASCII);
            if (type.equals("IEND") || length < 0) {
                return 1;
            }
            if (type.equals("eXIf")) {
                return orientation(ByteBuffer.wrap(in.readNBytes(Math.min(length, 1 << 16))));
            }
            in.skipNBytes(length + 4L);
        }
    }

    /** Tag 274 in the first directory of a TIFF header. */
    private static int orientation(ByteBuffer tiff) throws EOFException {
        if (tiff.remaining() < 8) {
            throw new EOFException();
        }
        tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int at = directory + 2 + 12 * i;
            if ((tiff.getShort(at) & 0xFFFF) == EXIF_ORIENTATION) {
                return tiff.getShort(at + 8);
            }
        }
        return 1;
    }

    /**
     * Writes {@code image} as a PNG, whole or not at all.
     *
     * @param metadata text chunks; keys and values as in {@link VideoSpec#metadata}
     */
    public static void write(Path file, Image image, Map<String, String> metadata) throws MediaException {
        Tags.check(metadata);
        if (VideoFormat.of(file) != VideoFormat.PNG) {
            throw MediaException.badArgument("Images.write", "file", file, "a name ending in .png");
        }
        try (AtomicOutput out = AtomicOutput.file(file)) {
            out.make(work -> writePng(work, image, metadata));
            out.commit();
        }
    }

    /** The text chunks of a PNG, keys as they are; empty for any other file. */
    public static Map<String, String> metadata(Path file) {
        return Png.metadata(file);
    }

    static Path writePng(Path file, Image image, Map<String, String> metadata) throws MediaException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            Png.write(out, image, metadata);
            return file;
        } catch (IOException e) {
            throw new MediaException("Images.write", "file", file, "a path that can be written to", e);
        }
    }
}
