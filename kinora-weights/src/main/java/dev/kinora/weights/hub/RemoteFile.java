package dev.kinora.weights.hub;

import org.jspecify.annotations.Nullable;

/**
 * A file of a repository at one commit.
 *
 * @param path its path in the repository, {@code /} between folders
 * @param size in bytes
 * @param blobId the git object id of the file, or of its pointer where it is stored as a large file
 * @param sha256 the SHA-256 of a large file's content; null for small ones
 */
public record RemoteFile(
        String path, long size, String blobId, @Nullable String sha256) {
    /** The entity tag the hub serves the file under, which is its name among a cache's blobs. */
    public String etag() {
        return sha256 == null ? blobId : sha256;
    }

    /** The path's last part. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The folder the file is in; empty for the root. */
    public String folder() {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }
}
