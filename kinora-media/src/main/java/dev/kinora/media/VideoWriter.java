package dev.kinora.media;

import java.nio.file.Path;

/**
 * A video being written, frame by frame. The output appears under its name only when {@link #finish} returns: closed
 * before that, or stopped by an error or Ctrl-C, nothing is left behind, and what stood there before still stands.
 *
 * <p>Colour: pictures are sRGB. MP4 and WebM hold 4:2:0 YUV by BT.709, limited range, and are marked so at every size,
 * so that no player has to guess.
 *
 * <p>Odd sizes: H.264 in 4:2:0 holds even sizes only. An odd width or height is padded by repeating its last column or
 * row; the file carries the true size as a clean aperture, which {@link VideoReader} and the players that know it
 * apply, while others show the repeated line. WebM, GIF and PNG hold odd sizes as they are.
 *
 * <pre>{@code
 * try (VideoWriter out = VideoWriter.open(Path.of("clip.mp4"), VideoSpec.of(96, 64, Rational.of(8)))) {
 *     for (Image frame : frames) {
 *         out.write(frame);
 *     }
 *     out.finish();
 * }
 * }</pre>
 */
public abstract sealed class VideoWriter implements AutoCloseable
        permits FfmpegWriter, GifWriter, FolderWriter, StillWriter {
    private final Path target;
    private final VideoSpec spec;
    private int frames;
    private boolean closed;

    VideoWriter(Path target, VideoSpec spec) {
        this.target = target;
        this.spec = spec;
    }

    /**
     * Opens {@code out} in the format its name stands for ({@link VideoFormat#of}). An existing file, or an existing
     * folder of earlier frames, is replaced when the new one is finished.
     *
     * @throws IllegalArgumentException if the extension or the spec does not suit any format
     * @throws MediaException if the place cannot be written to
     */
    public static VideoWriter open(Path out, VideoSpec spec) throws MediaException {
        return switch (VideoFormat.of(out)) {
            case MP4 -> FfmpegWriter.mp4(out, spec);
            case WEBM -> FfmpegWriter.webm(out, spec);
            case GIF -> GifWriter.create(out, spec);
            case PNG_FOLDER -> new FolderWriter(out, spec);
            case PNG -> new StillWriter(out, spec);
        };
    }

    /**
     * Refuses now what {@link #open} would refuse later: for use before hours of work.
     *
     * @throws IllegalArgumentException if the extension or the spec does not suit any format
     * @throws MediaException if the place cannot be written to
     */
    public static void check(Path out, VideoSpec spec) throws MediaException {
        VideoFormat format = VideoFormat.of(out);
        AtomicOutput.check(out, format == VideoFormat.PNG_FOLDER);
        switch (format) {
            case MP4 -> FfmpegWriter.checkMp4(spec);
            case GIF -> GifWriter.check(spec);
            case WEBM, PNG_FOLDER, PNG -> {}
        }
    }

    /** Writes a whole video. */
    public static void write(Path out, Video video, VideoSpec spec) throws MediaException {
        try (VideoWriter writer = open(out, spec)) {
            for (Image frame : video.frames()) {
                writer.write(frame);
            }
            writer.finish();
        }
    }

    /** Adds a frame; the picture may be reused once this returns. */
    public final void write(Image frame) throws MediaException {
        requireOpen("write");
        if (frame.width() != spec.width() || frame.height() != spec.height()) {
            throw MediaException.badArgument(
                    "VideoWriter.write", "frame", frame, "%dx%d as opened".formatted(spec.width(), spec.height()));
        }
        encode(frame, frames);
        frames++;
    }

    /**
     * Completes the output and puts it under its name.
     *
     * @return the path written
     * @throws MediaException if it cannot be completed, or not a single frame was written; nothing is left behind then
     */
    public final Path finish() throws MediaException {
        requireOpen("finish");
        if (frames == 0) {
            throw new MediaException("VideoWriter.finish", "frames", 0, "at least one frame before finish");
        }
        try {
            complete(frames);
        } finally {
            close();
        }
        return target;
    }

    /** Ends the writing; without {@link #finish} before it, deletes everything written. */
    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    private void requireOpen(String call) {
        if (closed) {
            throw new IllegalStateException("VideoWriter." + call + ": writer of " + target + " is closed");
        }
    }

    final Path target() {
        return target;
    }

    final VideoSpec spec() {
        return spec;
    }

    abstract void encode(Image frame, int index) throws MediaException;

    abstract void complete(int frameCount) throws MediaException;

    /** Frees what is held and deletes what was not committed; called once. */
    abstract void release();
}
