package dev.kinora.media;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The comment extension of GIF89a (section 24), which FFmpeg's muxer does not write. */
final class Gif {
    private static final int EXTENSION = 0x21;
    private static final int COMMENT = 0xFE;
    private static final int APPLICATION = 0xFF;
    private static final int SCREEN_DESCRIPTOR_END = 13;

    private Gif() {}

    /** The sidecar in the comments before the first picture of a GIF; null if there is none or the file is no GIF. */
    static @Nullable Sidecar sidecar(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.skipNBytes(colourTableLength(in.readNBytes(SCREEN_DESCRIPTOR_END)));
            while (in.read() == EXTENSION) {
                int label = in.read();
                byte[] data = subBlocks(in);
                Sidecar found = label == COMMENT ? Sidecar.parse(new String(data, UTF_8)) : null;
                if (found != null) {
                    return found;
                }
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Copies the GIF {@code from} to {@code to} with {@code comment} put in front of its first picture. */
    static void withComment(Path from, Path to, String comment) throws IOException {
        long at = afterApplicationExtensions(from);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(from));
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(to))) {
            out.write(in.readNBytes(Math.toIntExact(at)));
            out.write(EXTENSION);
            out.write(COMMENT);
            byte[] text = comment.getBytes(UTF_8);
            for (int i = 0; i < text.length; i += 255) {
                int n = Math.min(255, text.length - i);
                out.write(n);
                out.write(text, i, n);
            }
            out.write(0);
            in.transferTo(out);
        }
    }

    /** Players look for the loop extension first of all, so comments go behind it. */
    private static long afterApplicationExtensions(Path gif) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(gif))) {
            int table = colourTableLength(in.readNBytes(SCREEN_DESCRIPTOR_END));
            in.skipNBytes(table);
            long at = SCREEN_DESCRIPTOR_END + (long) table;
            while (in.read() == EXTENSION && in.read() == APPLICATION) {
                int data = subBlocks(in).length;
                // the name's 11 bytes are a sub-block of their own; the rest fill blocks of at most 255
                at += 2 + 1 + 11 + (data - 11) + (data - 11 + 254) / 255 + 1;
            }
            return at;
        }
    }

    private static byte[] subBlocks(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int n; (n = in.read()) != 0; ) {
            if (n < 0 || out.size() > 4 * Tags.MAX_VALUE) {
                throw new EOFException("GIF block without an end");
            }
            out.writeBytes(in.readNBytes(n));
        }
        return out.toByteArray();
    }

    private static int colourTableLength(byte[] start) throws IOException {
        if (start.length < SCREEN_DESCRIPTOR_END || start[0] != 'G' || start[1] != 'I' || start[2] != 'F') {
            throw new EOFException("not a GIF");
        }
        return (start[10] & 0x80) == 0 ? 0 : 3 << ((start[10] & 7) + 1);
    }
}
