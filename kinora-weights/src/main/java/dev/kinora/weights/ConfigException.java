package dev.kinora.weights;

import dev.kinora.weights.internal.Show;
import org.jspecify.annotations.Nullable;

/** A {@code config.json} (or its like) that cannot be used; the message says where, which key and what was expected. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A refusal with its whole message. */
    public ConfigException(String message) {
        super(message);
    }

    /** A refusal with its whole message and what lies beneath it. */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A refusal in the form {@code where: name = value (expected: …)}. */
    public static ConfigException of(String where, String name, @Nullable Object value, String expected) {
        return new ConfigException(Show.message(where, name, value, expected));
    }
}
