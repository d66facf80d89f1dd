package dev.kinora.weights.hub;

import java.util.List;

/**
 * What to fetch.
 *
 * @param repo the repository
 * @param revision a branch, a tag or a commit
 * @param variant the weights' variant such as {@code fp16}; empty for the plain ones
 * @param include globs of paths to fetch ({@code *} within a folder, {@code **} across); empty means what a diffusers
 *     checkpoint needs
 * @param exclude globs of paths to leave out
 */
public record PullRequest(RepoId repo, String revision, String variant, List<String> include, List<String> exclude) {
    /** Checks the revision and takes copies of the lists. */
    public PullRequest {
        HubCache.requireRevision(revision);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /** What a checkpoint needs from the head of the main branch. */
    public static PullRequest of(String repo) {
        return new PullRequest(new RepoId(repo), "main", "", List.of(), List.of());
    }

    /** The same at another revision. */
    public PullRequest at(String otherRevision) {
        return new PullRequest(repo, otherRevision, variant, include, exclude);
    }

    /** The same with another variant of the weights. */
    public PullRequest variant(String otherVariant) {
        return new PullRequest(repo, revision, otherVariant, include, exclude);
    }

    /** The same for just these paths. */
    public PullRequest including(String... globs) {
        return new PullRequest(repo, revision, variant, List.of(globs), exclude);
    }

    /** The same without these paths. */
    public PullRequest excluding(String... globs) {
        return new PullRequest(repo, revision, variant, include, List.of(globs));
    }
}
