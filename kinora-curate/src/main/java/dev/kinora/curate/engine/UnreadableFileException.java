package dev.kinora.curate.engine;

import dev.kinora.curate.worker.FileOutcome;
import java.io.IOException;

/** A source that cannot be read for a reason of its own: the run goes on, and its row says why. */
public final class UnreadableFileException extends IOException {
    private static final long serialVersionUID = 1;

    private final String errorClass;

    /**
     * @param errorClass {@code missing}, {@code denied} or {@code changed}
     * @param message for people
     */
    public UnreadableFileException(String errorClass, String message, Throwable cause) {
        super(message, cause);
        this.errorClass = errorClass;
    }

    /** Its class in the table of files. */
    public String errorClass() {
        return errorClass;
    }

    /** What its row says. */
    public FileOutcome outcome() {
        return FileOutcome.failed("error", errorClass, String.valueOf(getMessage()));
    }
}
