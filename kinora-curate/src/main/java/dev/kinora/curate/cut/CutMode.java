package dev.kinora.curate.cut;

/** How clips are cut out of their file. */
public enum CutMode {
    /**
     * Compressed pictures are copied from the first key frame of a shot on: no loss, but what comes before that key
     * frame is left out. Where a shot has none, or MP4 does not carry the codec, as {@link #EXACT}.
     */
    COPY,
    /** Decoded again and encoded from the shot's first frame to its last, at an even frame rate. */
    EXACT
}
