package dev.kinora.weights.hub;

/**
 * How far a pull is, after each piece that arrived.
 *
 * @param file the file the piece belongs to
 * @param fileBytes bytes of that file that are here
 * @param fileSize its size
 * @param bytes bytes of all files that are here, those of earlier pulls too
 * @param total the size of all files
 */
public record PullProgress(String file, long fileBytes, long fileSize, long bytes, long total) {
    /** Told how far a pull is, from one thread at a time. */
    @FunctionalInterface
    public interface Listener {
        /** A listener that does not care. */
        Listener NONE = progress -> {};

        /** Called after each piece, some thousand times for a large checkpoint. */
        void update(PullProgress progress);
    }
}
