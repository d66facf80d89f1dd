package dev.kinora.cli;

import dev.kinora.weights.hub.Cancellation;
import dev.kinora.weights.hub.HubClient;
import dev.kinora.weights.hub.HubException;
import dev.kinora.weights.hub.HubSettings;
import dev.kinora.weights.hub.PullProgress;
import dev.kinora.weights.hub.PullRequest;
import dev.kinora.weights.hub.RepoId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a checkpoint. */
@Command(
        name = "pull",
        header = "Fetch a checkpoint from a hub.",
        description = {
            "",
            "Fetches what a diffusers checkpoint needs, several files at once, and checks every one. A pull "
                    + "that was broken off continues where it was. Pulling again fetches only what has changed."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora models pull zai-org/CogVideoX-2b",
            "  kinora models pull OWNER/NAME --revision v1.0 --variant fp16",
            "  kinora models pull OWNER/LORAS --include \"*.safetensors\""
        })
final class ModelsPullCommand extends Action {
    @Parameters(paramLabel = "OWNER/NAME", description = "The repository.")
    private String repo = "";

    @Option(names = "--revision", paramLabel = "REV", description = "Branch, tag or commit. Default: main.")
    private String revision = "main";

    @Option(names = "--variant", paramLabel = "NAME", description = "Variant of the weights, such as fp16.")
    private String variant = "";

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Fetch these paths instead of what a checkpoint needs; may be given several times.")
    private List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "GLOB", description = "Leave these paths out.")
    private List<String> exclude = new ArrayList<>();

    @Override
    Report run() throws IOException {
        PullRequest request = new PullRequest(new RepoId(repo), revision, variant, include, exclude);
        Cancellation cancellation = new Cancellation();
        interrupts().onStop(cancellation::cancel);
        TransferProgress shown = new TransferProgress(console());
        AtomicReference<PullProgress> last = new AtomicReference<>();
        try (HubClient hub = new HubClient(HubSettings.fromEnvironment())) {
            Path folder = hub.pull(
                    request,
                    p -> {
                        last.set(p);
                        shown.update(p.file(), p.bytes(), p.total());
                    },
                    cancellation);
            PullProgress p = last.get();
            shown.end();
            return new Pulled(repo, revision, folder, p == null ? 0 : p.total());
        } catch (HubException e) {
            shown.end();
            if (e.kind() == HubException.Kind.CANCELLED) {
                throw new Interrupts.InterruptedWork("interrupted: what was fetched stays for the next pull");
            }
            throw e;
        }
    }

    /** Where the checkpoint is now; {@code bytes} is 0 where nothing had to be fetched. */
    record Pulled(String repo, String revision, Path folder, long bytes) implements Report {
        @Override
        public void print(PrintWriter out) {
            out.println(folder);
        }
    }
}
