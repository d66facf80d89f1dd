package dev.kinora.media;

import java.io.IOException;

/** A media file that cannot be read or written; the message reads {@code where: name = value (expected: …)}. */
public final class MediaException extends IOException {
    private static final long serialVersionUID = 1;

    private final String subject;

    /**
     * @param where the operation, e.g. {@code VideoReader.open}
     * @param name what was wrong, e.g. {@code file}
     * @param value the value found
     * @param expected what would have been accepted
     */
    public MediaException(String where, String name, Object value, String expected) {
        super("%s: %s = %s (expected: %s)".formatted(where, name, value, expected));
        this.subject = name;
    }

    /** As the other constructor, with the cause that was seen underneath. */
    public MediaException(String where, String name, Object value, String expected, Throwable cause) {
        super("%s: %s = %s (expected: %s)".formatted(where, name, value, expected), cause);
        this.subject = name;
    }

    /** What was wrong: {@code file}, {@code stream}, {@code codec}, {@code size}, {@code frames}, … */
    public String subject() {
        return subject;
    }

    static IllegalArgumentException badArgument(String where, String name, Object value, String expected) {
        return new IllegalArgumentException("%s: %s = %s (expected: %s)".formatted(where, name, value, expected));
    }
}
