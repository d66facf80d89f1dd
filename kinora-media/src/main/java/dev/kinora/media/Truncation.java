package dev.kinora.media;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds files cut short in the containers whose demuxers take any end of file for the end of the video. */
final class Truncation {
    private static final int GIF_TRAILER = 0x3B;
    private static final int EBML_HEADER = 0x1A45DFA3;
    private static final int MATROSKA_SEGMENT = 0x18538067;

    private Truncation() {}

    /** What is missing, or null where nothing is or the container does not tell. */
    static @Nullable String find(Path file, String container) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            return switch (container) {
                case "gif" -> gif(in);
                case "matroska,webm" -> matroska(in);
                default -> null;
            };
        } catch (IOException e) {
            return "the file became unreadable: " + e.getMessage();
        }
    }

    private static @Nullable String gif(RandomAccessFile in) throws IOException {
        long at = in.length() - 1;
        int last = 0;
        while (at >= 0 && last == 0) { // padding behind the trailer does no harm
            in.seek(at--);
            last = in.read();
        }
        return last == GIF_TRAILER ? null : "the end mark is missing";
    }

    /** The segment, which holds everything after the header, says how long it is unless it was streamed. */
    private static @Nullable String matroska(RandomAccessFile in) throws IOException {
        if (in.length() < 16 || in.readInt() != EBML_HEADER) {
            return null;
        }
        long header = size(in);
        in.seek(in.getFilePointer() + header);
        if (in.length() < in.getFilePointer() + 12 || in.readInt() != MATROSKA_SEGMENT) {
            return null;
        }
        long length = size(in);
        long missing = length - (in.length() - in.getFilePointer());
        return length >= 0 && missing > 0 ? "the last " + missing + " bytes are missing" : null;
    }

    /** An EBML size: the leading zeros of the first byte count the bytes that follow; -1 where all bits are set. */
    private static long size(RandomAccessFile in) throws IOException {
        int first = in.read();
        int more = Integer.numberOfLeadingZeros(first) - 24;
        long value = first & (0x7F >> more);
        long unknown = 0x7F >> more;
        for (int i = 0; i < more; i++) {
            value = value << 8 | in.read();
            unknown = unknown << 8 | 0xFF;
        }
        return value == unknown ? -1 : value;
    }
}
