package dev.kinora.curate.frames;

import dev.kinora.media.DecodedFrame;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;

/**
 * Watches the frames of one file as they are decoded. The same frame is handed to every observer, and the pictures it
 * makes must not be written to; an observer keeps what it measured, not the frame. Not for use by several threads at
 * once.
 */
public interface FrameObserver {
    /** Called once, before the first frame. */
    default void begin(VideoInfo info) throws MediaException {}

    /**
     * Called for every frame, in presentation order.
     *
     * @param frame good until this returns; asks for the pictures it needs, and pays for no others
     */
    void observe(DecodedFrame frame) throws MediaException;

    /** Called once after the last good frame, also of a file that broke off. */
    default void end() throws MediaException {}
}
