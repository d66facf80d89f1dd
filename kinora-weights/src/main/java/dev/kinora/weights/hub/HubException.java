package dev.kinora.weights.hub;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A download, or a question to the hub, that failed; {@link #kind()} says which way. */
public final class HubException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The ways in which the hub and the road to it fail. */
    public enum Kind {
        /** No such repository, or one that this token may not see: the hub does not tell which. */
        REPO_NOT_FOUND,
        /** The repository has no such branch, tag or commit. */
        REVISION_NOT_FOUND,
        /** The revision has no such file. */
        FILE_NOT_FOUND,
        /** The repository's terms have to be accepted on its page first. */
        GATED,
        /** The hub has closed the repository. */
        DISABLED,
        /** The token is not valid. */
        UNAUTHORIZED,
        /** The hub refuses, without one of the reasons above. */
        FORBIDDEN,
        /** Too many requests, and waiting did not help. */
        RATE_LIMITED,
        /** The network is switched off, and the cache does not have what was asked for. */
        OFFLINE,
        /** Connections keep failing or stalling. */
        NETWORK,
        /** The hub answers with errors of its own. */
        SERVER,
        /** An answer or a file is not what it has to be. */
        CORRUPT,
        /** The disk has too little room. */
        DISK_FULL,
        /** The disk cannot be written to. */
        DISK,
        /** A file that plain HTTP does not serve. */
        TOO_LARGE,
        /** The caller gave up. */
        CANCELLED
    }

    private final Kind kind;

    HubException(Kind kind, String message) {
        this(kind, message, null);
    }

    HubException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** The way it failed. */
    public Kind kind() {
        return kind;
    }
}
