package dev.kinora.cli;

import dev.kinora.weights.ModelIndex;
import dev.kinora.weights.hub.HubCache;
import dev.kinora.weights.hub.HubSettings;
import dev.kinora.weights.hub.RepoId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the checkpoint that a name stands for: a folder, one shipped with Kinora, or one pulled from a hub. */
final class ModelLocator {
    /** The shipped checkpoint that is used where none is named. */
    static final String DEFAULT = "kinora-mini";

    private ModelLocator() {}

    /**
     * The folder of a checkpoint.
     *
     * @param name as the user wrote it; the shipped default if null
     * @throws CommandException if there is none; says where was looked
     */
    static Path locate(@Nullable String name) throws IOException {
        String wanted = name == null ? DEFAULT : name;
        Path folder = Path.of(wanted);
        if (name != null && Files.exists(folder)) {
            return folder;
        }
        Optional<Path> shipped = shipped().stream()
                .filter(p -> p.getFileName().toString().equals(wanted))
                .findFirst();
        if (shipped.isPresent()) {
            return shipped.get();
        }
        Optional<Path> pulled = pulled(wanted);
        if (pulled.isPresent()) {
            return pulled.get();
        }
        throw new CommandException("--model = " + (name == null ? "none" : name) + " (expected: "
                + (name == null
                        ? "a checkpoint, since none is shipped in " + home().resolve("models")
                        : expected(wanted))
                + ")");
    }

    private static String expected(String wanted) throws IOException {
        String shipped = shipped().stream().map(p -> p.getFileName().toString()).reduce("", (a, b) -> a + ", " + b);
        return "a folder in the diffusers layout" + shipped
                + (wanted.matches("[\\w.-]+/[\\w.-]+")
                        ? ", or a repository that was pulled: kinora models pull " + wanted
                        : ", or OWNER/NAME after kinora models pull OWNER/NAME");
    }

    /** Checkpoints that came with Kinora. */
    static List<Path> shipped() throws IOException {
        Path models = home().resolve("models");
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(models)) {
            return folders.filter(f -> Files.exists(f.resolve(ModelIndex.FILE)))
                    .sorted()
                    .toList();
        }
    }

    private static Path home() {
        return Build.home().orElse(Path.of(""));
    }

    private static Optional<Path> pulled(String name) throws IOException {
        int at = name.indexOf('@');
        String repo = at < 0 ? name : name.substring(0, at);
        if (!repo.matches("[\\w.-]+/[\\w.-]+")) {
            return Optional.empty();
        }
        HubCache cache = new HubCache(HubSettings.fromEnvironment().cache());
        return Optional.ofNullable(cache.find(new RepoId(repo), at < 0 ? "main" : name.substring(at + 1)));
    }
}
