package dev.kinora.weights;

import dev.kinora.weights.internal.Show;
import org.jspecify.annotations.Nullable;

/** A checkpoint, or a file of one, that cannot be used as asked; the message says where, what and what was expected. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A refusal with its whole message. */
    public CheckpointException(String message) {
        super(message);
    }

    /** A refusal with its whole message and what lies beneath it. */
    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A refusal in the form {@code where: name = value (expected: …)}. */
    public static CheckpointException of(String where, String name, @Nullable Object value, String expected) {
        return new CheckpointException(Show.message(where, name, value, expected));
    }
}
