package dev.kinora.media;

import java.util.Arrays;

/**
 * A picture: 8-bit sRGB, three interleaved channels, rows from the top, [H, W, 3]. The pixel array is shared, not
 * copied, on the way in and out; whoever writes to it writes to the picture.
 */
public final class Image {
    private final int width;
    private final int height;
    private final byte[] rgb;

    private Image(int width, int height, byte[] rgb) {
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /**
     * A picture over {@code rgb}, which is not copied.
     *
     * @param rgb [height, width, 3], each byte 0..255 unsigned
     * @throws IllegalArgumentException if the length is not width * height * 3
     */
    public static Image of(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || (long) width * height * 3 != rgb.length) {
            throw MediaException.badArgument(
                    "Image.of", "rgb.length", rgb.length, "width * height * 3 with " + width + "x" + height);
        }
        return new Image(width, height, rgb);
    }

    /** A black picture. */
    public static Image black(int width, int height) {
        if (width < 1 || height < 1 || (long) width * height * 3 > Integer.MAX_VALUE - 8) {
            throw MediaException.badArgument(
                    "Image.black", "size", width + "x" + height, "at least 1x1, at most 2 GiB of pixels");
        }
        return new Image(width, height, new byte[width * height * 3]);
    }

    /** Pixels per row. */
    public int width() {
        return width;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** The pixels themselves, [height, width, 3], not a copy. */
    public byte[] rgb() {
        return rgb;
    }

    /** The pixel at column {@code x}, row {@code y} as 0xRRGGBB. */
    public int pixel(int x, int y) {
        int i = (y * width + x) * 3;
        return (rgb[i] & 255) << 16 | (rgb[i + 1] & 255) << 8 | (rgb[i + 2] & 255);
    }

    /** The picture stretched to another size; bit-equal to Pillow's {@code Image.resize} with the same filter. */
    public Image resize(int newWidth, int newHeight, Resample filter) {
        if (newWidth < 1 || newHeight < 1 || (long) newWidth * newHeight * 3 > Integer.MAX_VALUE - 8) {
            throw MediaException.badArgument(
                    "Image.resize", "size", newWidth + "x" + newHeight, "at least 1x1, at most 2 GiB of pixels");
        }
        return new Image(newWidth, newHeight, Resampler.resize(rgb, width, height, newWidth, newHeight, filter));
    }

    /** The picture brought to exactly {@code newWidth x newHeight} in the way {@code fit} says. */
    public Image fit(int newWidth, int newHeight, Fit fit, Resample filter) {
        return fit.apply(this, newWidth, newHeight, filter);
    }

    /** The rectangle with its top left pixel at column {@code x}, row {@code y}; it has to lie inside. */
    public Image crop(int x, int y, int cropWidth, int cropHeight) {
        if (x < 0 || y < 0 || cropWidth < 1 || cropHeight < 1 || x > width - cropWidth || y > height - cropHeight) {
            throw MediaException.badArgument(
                    "Image.crop",
                    "rectangle",
                    "%d,%d %dx%d".formatted(x, y, cropWidth, cropHeight),
                    "inside %dx%d".formatted(width, height));
        }
        if (cropWidth == width && cropHeight == height) {
            return this;
        }
        byte[] out = new byte[cropWidth * cropHeight * 3];
        for (int row = 0; row < cropHeight; row++) {
            System.arraycopy(rgb, ((y + row) * width + x) * 3, out, row * cropWidth * 3, cropWidth * 3);
        }
        return new Image(cropWidth, cropHeight, out);
    }

    /** The middle {@code cropWidth x cropHeight} pixels; an odd remainder leaves its extra pixel right and below. */
    public Image centerCrop(int cropWidth, int cropHeight) {
        return crop((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight);
    }

    /** Writes {@code other} over this picture with its top left at {@code x, y}; what falls outside is dropped. */
    void paste(Image other, int x, int y) {
        int left = Math.max(x, 0);
        int n = Math.min(x + other.width, width) - left;
        if (n <= 0) {
            return;
        }
        for (int row = Math.max(y, 0); row < Math.min(y + other.height, height); row++) {
            System.arraycopy(other.rgb, ((row - y) * other.width + left - x) * 3, rgb, (row * width + left) * 3, n * 3);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Image i && i.width == width && i.height == height && Arrays.equals(i.rgb, rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "Image " + width + "x" + height;
    }
}
