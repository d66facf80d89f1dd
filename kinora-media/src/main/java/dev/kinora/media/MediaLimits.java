package dev.kinora.media;

/**
 * What a file may ask of us before it is refused; a header of a few bytes can claim any size.
 *
 * @param maxPixels pixels of one frame, width * height
 * @param maxBytes bytes of decoded frames held at once by the calls that return a whole video (3 bytes a pixel)
 */
public record MediaLimits(long maxPixels, long maxBytes) {
    /** 16,384 x 8,192 pixels a frame; half of the heap for a whole video. */
    public static final MediaLimits DEFAULT =
            new MediaLimits(16_384L * 8_192, Runtime.getRuntime().maxMemory() / 2);

    public MediaLimits {
        if (maxPixels < 1 || maxBytes < 1) {
            throw MediaException.badArgument("MediaLimits", "limits", maxPixels + ", " + maxBytes, "above zero");
        }
    }

    void checkSize(String where, int width, int height) throws MediaException {
        if (width < 1 || height < 1 || (long) width * height > maxPixels) {
            throw new MediaException(where, "size", width + "x" + height, "at most " + maxPixels + " pixels a frame");
        }
        if ((long) width * height * 3 > Integer.MAX_VALUE - 8) {
            throw new MediaException(where, "size", width + "x" + height, "at most 2 GiB a frame");
        }
    }
}
