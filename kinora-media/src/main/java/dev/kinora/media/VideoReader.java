package dev.kinora.media;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A video opened for reading, frame by frame: a file that FFmpeg can decode, or a folder of PNG files in natural order
 * ({@code f2.png} before {@code f10.png}). Frames come upright, as 8-bit RGB, with their own times, so a variable
 * frame rate stays visible. One frame is held at a time. Not for use by several threads at once.
 *
 * <pre>{@code
 * try (VideoReader in = VideoReader.open(Path.of("clip.mp4"))) {
 *     for (VideoFrame f; (f = in.next()) != null; ) {
 *         System.out.println(f.seconds());
 *     }
 * }
 * }</pre>
 */
public sealed interface VideoReader extends AutoCloseable permits FfmpegReader, FolderReader {

    /** Loads the native libraries now instead of with the first file, which takes seconds on a busy machine. */
    static void load() {
        if (Ffmpeg.READABLE_FORMATS.isEmpty()) {
            throw new IllegalStateException("media: formats = none (expected: FFmpeg's)");
        }
    }

    /** Opens with {@link MediaLimits#DEFAULT}. */
    static VideoReader open(Path path) throws MediaException {
        return open(path, MediaLimits.DEFAULT);
    }

    /**
     * Opens a video file or a folder of PNGs and decodes its first frame, so that what {@link #info} says has been seen
     * and a file without a single frame is refused here.
     *
     * @throws MediaException if there is no such file, it is no video, it has no video stream or no frame, or a frame is
     *     larger than {@code limits} allow
     */
    static VideoReader open(Path path, MediaLimits limits) throws MediaException {
        return open(path, limits, false);
    }

    /** The same, and {@link DecodedFrame#vectors} are told, which costs the decoder a little. */
    static VideoReader openWithVectors(Path path, MediaLimits limits) throws MediaException {
        return open(path, limits, true);
    }

    private static VideoReader open(Path path, MediaLimits limits, boolean vectors) throws MediaException {
        if (Files.isDirectory(path)) {
            return FolderReader.open(path, limits);
        }
        if (!Files.isRegularFile(path)) {
            throw new MediaException("VideoReader.open", "file", path, "an existing video file or folder of PNG files");
        }
        return FfmpegReader.open(path, limits, vectors);
    }

    /** The whole video at its nominal frame rate; see {@link FrameSelection#ALL}. */
    static Video read(Path path) throws MediaException {
        return read(path, FrameSelection.ALL);
    }

    /**
     * The frames that {@code selection} picks, as one video in memory.
     *
     * @throws MediaException as {@link #open}, or if the frames would not fit in {@link MediaLimits#maxBytes}
     */
    static Video read(Path path, FrameSelection selection) throws MediaException {
        try (VideoReader in = open(path)) {
            return selection.read(in, MediaLimits.DEFAULT);
        }
    }

    /** Only the header and the first frame: what {@link #info} says of the file at {@code path}. */
    static VideoInfo probe(Path path) throws MediaException {
        try (VideoReader in = open(path)) {
            return in.info();
        }
    }

    /** What is known of the video. */
    VideoInfo info();

    /**
     * The next frame in presentation order, or null after the last.
     *
     * @throws MediaException if the file ends or breaks before the end that its container promises; frames already
     *     returned are good
     */
    default @Nullable VideoFrame next() throws MediaException {
        DecodedFrame frame = decodeNext();
        return frame == null ? null : frame.toVideoFrame();
    }

    /**
     * The next frame in presentation order before any conversion, good until the next call, or null after the last: for
     * those who want it small, or in several sizes, or only its time.
     *
     * @throws MediaException as {@link #next()}
     */
    @Nullable
    DecodedFrame decodeNext() throws MediaException;

    /** How many compressed packets the decoder refused so far; their frames are missing from the sequence. */
    int damagedPackets();

    /** The compressed packets read so far; empty for a folder of pictures. */
    PacketIndex packets();

    /** The remaining frames, each with its own time. */
    default List<VideoFrame> rest() throws MediaException {
        List<VideoFrame> frames = new ArrayList<>();
        for (VideoFrame f; (f = next()) != null; ) {
            frames.add(f);
        }
        return frames;
    }

    @Override
    void close();
}
