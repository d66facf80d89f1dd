package dev.kinora.curate.worker;

import dev.kinora.media.PacketIndex;
import dev.kinora.media.VideoInfo;

/**
 * What the probe found in a file.
 *
 * @param container FFmpeg's name
 * @param codec FFmpeg's name
 * @param pixelFormat as stored
 * @param width pixels per row, upright
 * @param height rows, upright
 * @param frameRate nominal, such as {@code 30000/1001}
 * @param timeBase seconds a tick, such as {@code 1/90000}
 * @param seconds from the first frame to the end of the last, as decoded
 * @param variableRate whether frames are unevenly spaced by more than a tenth of a frame
 * @param keyFrames how many
 * @param bitsPerSecond of the video stream
 * @param bitsPerPixel the same by pixels shown
 * @param rotation how the stored picture was turned
 * @param colourMatrix how its samples were read
 */
public record Facts(
        String container,
        String codec,
        String pixelFormat,
        int width,
        int height,
        String frameRate,
        String timeBase,
        double seconds,
        boolean variableRate,
        int keyFrames,
        double bitsPerSecond,
        double bitsPerPixel,
        String rotation,
        String colourMatrix) {

    static Facts of(VideoInfo info, PacketIndex packets, FrameTimes times) {
        double seconds = times.endSeconds();
        double bits = 8.0 * packets.totalBytes();
        return new Facts(
                info.container(),
                info.codec(),
                info.pixelFormat(),
                info.width(),
                info.height(),
                info.frameRate().toString(),
                info.timeBase().toString(),
                seconds,
                times.variable(),
                packets.keyFrames(),
                bits / seconds,
                bits / ((double) times.count() * info.width() * info.height()),
                info.orientation().name().toLowerCase(java.util.Locale.ROOT),
                info.colour().matrix());
    }
}
