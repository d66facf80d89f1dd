package dev.kinora.cli;

import org.jspecify.annotations.Nullable;

/** A request that the command line itself refuses: {@code option = value (expected: …)}. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
