package dev.kinora.curate.dataset;

import dev.kinora.curate.worker.Hashes;

/**
 * A file that went in.
 *
 * @param name as it was given: the argument, and below a folder the path within it, with {@code /}
 * @param sha256 of its content; empty where it could not be read
 * @param bytes its size
 */
public record Source(String name, String sha256, long bytes) {
    /** A file of which nothing could be read. */
    public static Source unread(String name, long bytes) {
        return new Source(name, "", bytes);
    }

    /** Under which its result is kept: equal content has one result, and so has each file that could not be read. */
    public String key() {
        return sha256.isEmpty() ? Hashes.ofText("unread/1 " + name) : sha256;
    }
}
