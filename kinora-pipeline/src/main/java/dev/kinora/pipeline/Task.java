package dev.kinora.pipeline;

/** What a request starts from. */
public enum Task {
    /** A prompt alone. */
    TEXT_TO_VIDEO,
    /** A prompt and the first frame. */
    IMAGE_TO_VIDEO,
    /** A prompt and a video to change. */
    VIDEO_TO_VIDEO
}
