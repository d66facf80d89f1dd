package dev.kinora.media;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is known of a video once its header and first frame have been read.
 *
 * @param container FFmpeg's short name of the format, e.g. {@code mov,mp4,m4a,3gp,3g2,mj2}, or {@code png-folder}
 * @param codec FFmpeg's name of the codec, e.g. {@code h264}
 * @param pixelFormat FFmpeg's name of the stored pixel format, e.g. {@code yuv420p10le}
 * @param width pixels per row as delivered, after cropping and rotation
 * @param height rows as delivered, after cropping and rotation
 * @param frameRate frames per second: exact where the file says so, the average where frames are unevenly spaced
 * @param timeBase seconds per tick of {@link VideoFrame#pts()}
 * @param frames how many frames the container promises; empty where it does not say
 * @param seconds duration the container promises; empty where it does not say
 * @param orientation what was applied to make the stored frame upright
 * @param colour how stored samples were read as colour
 * @param metadata the container's tags, keys in lower case
 */
public record VideoInfo(
        String container,
        String codec,
        String pixelFormat,
        int width,
        int height,
        Rational frameRate,
        Rational timeBase,
        OptionalLong frames,
        OptionalDouble seconds,
        Orientation orientation,
        Colour colour,
        Map<String, String> metadata) {

    /**
     * The reading of stored samples as colour. Transfer and primaries are passed through: high-dynamic-range video is
     * not tone mapped.
     *
     * @param matrix FFmpeg's name of the YUV matrix, e.g. {@code bt709}; {@code gbr} for RGB
     * @param fullRange true for 0..255, false for 16..235
     * @param assumed true where the file did not name its matrix and the usual rule was applied: BT.709 from 1280
     *     columns or 720 rows on, BT.601 below
     */
    public record Colour(String matrix, boolean fullRange, boolean assumed) {}

    public VideoInfo {
        metadata = Map.copyOf(metadata);
    }
}
