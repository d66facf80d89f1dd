package dev.kinora.cli;

import dev.kinora.weights.hub.HubCache;
import dev.kinora.weights.hub.HubSettings;
import dev.kinora.weights.hub.RepoId;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes a pulled checkpoint. */
@Command(
        name = "remove",
        header = "Remove a pulled checkpoint from the cache.",
        description = {"", "Removes it for every tool that shares the cache."},
        footer = {
            "",
            "Examples:",
            "  kinora models remove zai-org/CogVideoX-2b",
            "  kinora models remove OWNER/NAME --revision v1.0"
        })
final class ModelsRemoveCommand extends Action {
    @Parameters(paramLabel = "OWNER/NAME", description = "The repository.")
    private String repo = "";

    @Option(names = "--revision", paramLabel = "REV", description = "Only this branch, tag or commit. Default: all.")
    private @Nullable String revision;

    @Override
    Report run() throws IOException {
        HubCache cache = new HubCache(HubSettings.fromEnvironment().cache());
        RepoId id = new RepoId(repo);
        boolean known = cache.list().stream().anyMatch(r -> r.repo().equals(id));
        if (!known) {
            throw refuse("OWNER/NAME", repo, "a repository in " + cache.root() + "; see kinora models list");
        }
        long freed = revision == null ? cache.remove(id) : cache.remove(id, revision);
        if (freed == 0 && revision != null) {
            throw refuse("--revision", revision, "a revision of " + repo + " in the cache; see kinora models list");
        }
        return new Removed(repo, revision, freed);
    }

    /** What is gone. */
    record Removed(String repo, @Nullable String revision, long bytes) implements Report {
        @Override
        public void print(PrintWriter out) {
            out.println("removed " + repo + (revision == null ? "" : " " + revision) + ", " + Bytes.of(bytes));
        }
    }
}
