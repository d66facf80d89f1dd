package dev.kinora.media;

/**
 * One decoded frame with its place in time.
 *
 * @param index 0 for the first frame decoded
 * @param image the picture, upright
 * @param pts presentation time in ticks of {@link VideoInfo#timeBase()}, as the file has it; where a file's times
 *     do not move forward, one tick after the frame before
 * @param seconds presentation time measured from the first frame
 */
public record VideoFrame(int index, Image image, long pts, double seconds) {}
