package dev.kinora.language.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A request that came to nothing, after as many tries as made sense. */
public final class HttpFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String body;
    private final boolean passing;

    HttpFailure(String message, int status, String body, boolean passing, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.body = body;
        this.passing = passing;
    }

    /** What the server answered; 0 where it did not. */
    public int status() {
        return status;
    }

    /** What it said beside that, at most a few thousand characters. */
    public String body() {
        return body;
    }

    /** Whether the same request may succeed later: no connection, too many requests, a server in trouble. */
    public boolean mayPass() {
        return passing;
    }
}
