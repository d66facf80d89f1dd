package dev.kinora.cli;

import dev.kinora.train.LatentCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fills a cache of latents. */
@Command(
        name = "latents",
        header = "Draw and encode Toybox clips for training a transformer.",
        description = {"", "Writes shards of latents with captions; shards that are there already are kept."},
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {"", "Example:", "  kinora train latents runs/latents --vae vae --clips 20000"})
final class TrainLatentsCommand extends Action {
    @Parameters(paramLabel = "CACHE", description = "The cache's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--vae",
            paramLabel = "FOLDER",
            required = true,
            description = "The autoencoder: a component's folder, as kinora train vae --export writes it.")
    private Path vae = Path.of("");

    @Option(names = "--clips", paramLabel = "N", required = true, description = "How many clips; rounded up to shards.")
    private int clips;

    @Option(names = "--per-shard", paramLabel = "N", description = "Clips of a shard. Default: 256.")
    private int perShard = 256;

    @Option(names = "--captions", paramLabel = "N", description = "Captions a clip. Default: 6.")
    private int captions = 6;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Seed of the first clip; the next has the next number. Default: 0.")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: all processors.")
    private @Nullable Integer threads;

    @Mixin
    private ToyboxOptions toybox = new ToyboxOptions();

    @Override
    Report run() throws IOException {
        if (clips < 1 || perShard < 1 || captions < 1) {
            throw refuse(
                    "--clips, --per-shard, --captions", clips + ", " + perShard + ", " + captions, "1 or more each");
        }
        if (threads != null) {
            dev.kinora.tensor.Torch.setThreads(threads);
        }
        LatentCache.buildToybox(
                folder,
                vae,
                toybox.mix(false),
                seed,
                clips,
                perShard,
                captions,
                new TrainingRun.Lines(console(), interrupts()));
        try (LatentCache cache = LatentCache.open(folder)) {
            return new Cached(folder, cache.size());
        }
    }

    /** What the cache holds. */
    record Cached(Path folder, int clips) implements Report {
        @Override
        public void print(PrintWriter out) {
            out.println(folder + ": latents of " + clips + " clips");
        }
    }
}
