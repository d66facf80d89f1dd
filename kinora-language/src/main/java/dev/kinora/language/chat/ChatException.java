package dev.kinora.language.chat;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A question without a usable answer. */
public final class ChatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /** The model or the server's filter would not answer this. */
        REFUSED,
        /** There is an answer, and it is not what was asked for: no text, cut off, not the schema's JSON. */
        MALFORMED,
        /** The server takes this request for wrong; another may be right. */
        REJECTED,
        /** The server takes no request of this kind: key, quota, model or address are wrong. */
        UNUSABLE,
        /** No answer, though it was asked for several times; later there may be one. */
        UNAVAILABLE,
        /** The budget is used up. */
        BUDGET
    }

    private final Kind kind;

    /** A failure with a message of the form {@code where: name = value (expected: …)}. */
    public ChatException(Kind kind, String message) {
        this(kind, message, null);
    }

    /** The same with what led to it. */
    public ChatException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }

    /** Whether asking on is pointless, with whatever question. */
    public boolean endsTheRun() {
        return kind == Kind.UNUSABLE || kind == Kind.BUDGET;
    }
}
