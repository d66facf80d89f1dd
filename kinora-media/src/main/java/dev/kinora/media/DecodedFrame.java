package dev.kinora.media;

/**
 * One frame as the decoder left it: pictures are made from it on demand, several in several sizes from one decoding, and
 * what nobody asks for is never converted. Good until the reader's next call; the pictures it gave are the caller's to
 * keep and never written to again.
 */
public sealed interface DecodedFrame permits NativeFrame, PictureFrame {
    /** 0 for the first frame decoded. */
    int index();

    /** Presentation time in ticks of {@link VideoInfo#timeBase()}; see {@link VideoFrame#pts()}. */
    long pts();

    /** Presentation time in seconds from the first frame. */
    double seconds();

    /** Pixels per row, upright. */
    int width();

    /** Rows, upright. */
    int height();

    /** The picture, upright and in its right colours: what {@link VideoReader#next()} gives. Made once. */
    Image image() throws MediaException;

    /**
     * The pixels that OpenCV's {@code VideoCapture} gives, as RGB: FFmpeg's scaler at its defaults, which reads YUV as
     * BT.601 however the file is marked and repeats chroma instead of interpolating it. For values that have to equal
     * those of a tool built on OpenCV. Made once.
     */
    Image captured() throws MediaException;

    /**
     * {@link #captured()} brought to another size as {@code cv::resize} does with {@code INTER_LINEAR}, bit for bit:
     * four pixels of the source for each of the result, which for 8-bit 4:2:0 are the only ones converted.
     *
     * @param width pixels per row, at least 1
     * @param height rows, at least 1
     */
    Image captured(int width, int height) throws MediaException;

    /**
     * The picture brought to another size by FFmpeg's bicubic filter straight from the stored samples, the pixels that
     * {@code ffmpeg -vf scale=width:height} gives: the matrix is the one that the file names, BT.601 where it names none.
     *
     * @param width pixels per row, at least 1
     * @param height rows, at least 1
     */
    Image scaled(int width, int height) throws MediaException;

    /**
     * What the codec says of motion: of a reader opened by {@link VideoReader#openWithVectors} and of codecs whose decoder
     * tells it; without blocks otherwise.
     */
    MotionVectors vectors();

    /** The frame as {@link VideoReader#next()} returns it. */
    default VideoFrame toVideoFrame() throws MediaException {
        return new VideoFrame(index(), image(), pts(), seconds());
    }
}
