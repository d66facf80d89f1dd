package dev.kinora.curate.frames;

import dev.kinora.media.VideoFrame;
import dev.kinora.media.VideoInfo;

/**
 * Watches the frames of one file as they are decoded. The same picture is handed to every observer and must not be
 * written to; an observer keeps what it measured, not the picture. Not for use by several threads at once.
 */
public interface FrameObserver {
    /** Called once, before the first frame. */
    default void begin(VideoInfo info) {}

    /** Called for every frame, in presentation order. */
    void observe(VideoFrame frame);

    /** Called once after the last good frame, also of a file that broke off. */
    default void end() {}
}
