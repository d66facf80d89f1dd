package dev.kinora.media;

import java.nio.file.Path;
import java.util.Locale;

/** The outputs Kinora writes, told apart by the name's extension. */
public enum VideoFormat {
    /** H.264 in MP4: plays everywhere. Odd sizes are padded by one repeated column or row, see {@link VideoWriter}. */
    MP4,
    /** VP9 in WebM: any size, smaller files, slower to write. */
    WEBM,
    /** Animated GIF over one palette of 255 colours made from the whole video; times in 1/100 s. */
    GIF,
    /** A folder of {@code frame_00000.png}, {@code frame_00001.png}, … and a {@code video.json}: lossless. */
    PNG_FOLDER,
    /** One lossless picture; takes exactly one frame. */
    PNG;

    /**
     * The format that a path stands for: {@code .mp4}, {@code .webm}, {@code .gif}, {@code .png}; a name without an
     * extension is a folder of PNGs.
     *
     * @throws IllegalArgumentException for any other extension
     */
    public static VideoFormat of(Path out) {
        Path last = out.getFileName();
        String name = last == null ? "" : last.toString().toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        String extension = dot <= 0 ? "" : name.substring(dot + 1);
        return switch (extension) {
            case "mp4" -> MP4;
            case "webm" -> WEBM;
            case "gif" -> GIF;
            case "png" -> PNG;
            case "" -> PNG_FOLDER;
            default ->
                throw MediaException.badArgument(
                        "VideoFormat",
                        "out",
                        out,
                        "a name ending in .mp4, .webm, .gif or .png, or a folder name without a dot");
        };
    }
}
