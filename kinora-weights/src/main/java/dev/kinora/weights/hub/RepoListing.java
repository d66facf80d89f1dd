package dev.kinora.weights.hub;

import java.util.List;

/**
 * A repository at one commit.
 *
 * @param repo the repository
 * @param commit 40 hexadecimal digits
 * @param files all files
 */
public record RepoListing(RepoId repo, String commit, List<RemoteFile> files) {
    /** Takes a copy of the list. */
    public RepoListing {
        files = List.copyOf(files);
    }
}
