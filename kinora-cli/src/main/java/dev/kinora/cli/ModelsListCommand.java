package dev.kinora.cli;

import dev.kinora.weights.hub.HubCache;
import dev.kinora.weights.hub.HubSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Lists the checkpoints on this machine. */
@Command(
        name = "list",
        header = "List the checkpoints on this machine.",
        footer = {"", "Example:", "  kinora models list"})
final class ModelsListCommand extends Action {
    @Override
    Report run() throws IOException {
        List<Model> models = new ArrayList<>();
        for (Path folder : ModelLocator.shipped()) {
            models.add(new Model(folder.getFileName().toString(), "shipped", null, List.of(), folder, size(folder)));
        }
        HubCache cache = new HubCache(HubSettings.fromEnvironment().cache());
        for (HubCache.CachedRepo repo : cache.list()) {
            for (HubCache.CachedRevision r : repo.revisions()) {
                models.add(new Model(repo.repo().text(), "pulled", r.commit(), r.refs(), r.folder(), r.bytes()));
            }
        }
        return new Listing(cache.root(), models);
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    /** A checkpoint: what to call it, where it came from and where it is. */
    record Model(String name, String origin, @Nullable String commit, List<String> refs, Path folder, long bytes) {}

    /** All of them. */
    record Listing(Path cache, List<Model> models) implements Report {
        @Override
        public void print(PrintWriter out) {
            int width = models.stream().mapToInt(m -> m.name().length()).max().orElse(0);
            for (Model m : models) {
                String revision = m.commit() == null ? "" : " " + String.join(", ", m.refs()) + " " + m.commit();
                out.println(
                        ("%-" + width + "s  %-9s %s%s").formatted(m.name(), Bytes.of(m.bytes()), m.origin(), revision));
            }
            if (models.isEmpty()) {
                out.println("No checkpoints yet: kinora models pull OWNER/NAME fetches one into " + cache);
            }
        }
    }
}
