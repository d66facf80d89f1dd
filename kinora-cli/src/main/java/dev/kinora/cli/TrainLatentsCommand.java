package dev.kinora.cli;

import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.tensor.Torch;
import dev.kinora.toybox.ToyObject;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.data.ClipSource;
import dev.kinora.train.data.ToyboxSource;
import dev.kinora.train.latents.LatentCache;
import dev.kinora.train.latents.LatentCacheBuilder;
import dev.kinora.weights.CheckpointFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fills a cache of latents. */
@Command(
        name = "latents",
        header = "Encode Toybox clips or videos for training a transformer.",
        description = {
            "",
            "Writes shards of latents with captions, of many sizes and lengths. The same command goes on where "
                    + "a build was stopped: shards that are there already are kept."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train latents runs/latents --vae vae --clips 20000",
            "  kinora train latents runs/latents --vae vae --clips 4000 --shape 96x64x17:3 --shape 64x64x1",
            "  kinora train latents runs/latents --vae vae --videos clips --shape 96x64x17 --shape 64x96x17"
        })
final class TrainLatentsCommand extends Action {
    @Parameters(paramLabel = "CACHE", description = "The cache's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--vae",
            paramLabel = "FOLDER",
            description = "The autoencoder: a component's folder, as kinora train vae --export writes it.")
    private @Nullable Path vae;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "CHECKPOINT",
            description =
                    "Instead of --vae, for fine-tuning: a CogVideoX checkpoint's folder, whose autoencoder and tokenizer"
                            + " are used.")
    private @Nullable Path model;

    @Option(names = "--clips", paramLabel = "N", description = "How many Toybox clips, over all shapes.")
    private @Nullable Integer clips;

    @Option(
            names = "--videos",
            paramLabel = "FOLDER",
            description = "Take videos instead, with captions beside them: files, and tar shards such as kinora toybox"
                    + " render and kinora curate write. Each goes to the shape that fits it best; weights are ignored.")
    private @Nullable Path videos;

    @Option(
            names = "--shape",
            paramLabel = "WIDTHxHEIGHTxFRAMES[:WEIGHT]",
            description =
                    "A size and length of clips and how many there are of it beside others (default weight: 1); may be "
                            + "given several times. Frames are 8 k + 1. Default: those of kinora-mini, 96x64, 64x96, 64x64 and "
                            + "96x96 with 1 to 33 frames.")
    private List<String> shapes = new ArrayList<>();

    @Option(
            names = "--toy",
            paramLabel = "OBJECT:WEIGHT",
            description =
                    "How often a Toybox object comes, in times of the others, such as star:3; may be given several"
                            + " times. Default: 1 each.")
    private List<String> toys = new ArrayList<>();

    @Option(names = "--two-toys", paramLabel = "P", description = "How often there are two toys. Default: 0.25.")
    private double twoToys = 0.25;

    @Option(
            names = "--camera-moves",
            paramLabel = "P",
            description = "How often the camera pans or zooms. Default: 0.2.")
    private double cameraMoves = 0.2;

    @Option(names = "--fps", paramLabel = "RATE", description = "Frames per second. Default: 8.")
    private double fps = 8;

    @Option(names = "--per-shard", paramLabel = "N", description = "Clips of a shard. Default: 512.")
    private int perShard = 512;

    @Option(
            names = "--captions",
            paramLabel = "N",
            description = "Captions a clip, one of which each step draws. Default: 6.")
    private int captions = 6;

    @Option(
            names = "--text-length",
            paramLabel = "N",
            description = "Tokens of a caption, padding included. Default: 32.")
    private int textLength = 32;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Seed of the first clip; the next has the next number. Default: 0.")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Threads. Default: all processors.")
    private @Nullable Integer threads;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Override
    Report run() throws IOException {
        if ((clips == null) == (videos == null)) {
            throw refuse("--clips", clips == null ? "none" : clips, "either --clips or --videos");
        }
        if (videos != null && !toys.isEmpty()) {
            throw refuse("--toy", toys.getFirst(), "not with --videos");
        }
        if (clips != null && clips < 1) {
            throw refuse("--clips", clips, "1 or more");
        }
        if (threads != null) {
            Torch.setThreads(threads);
        }
        ClipSource source = videos != null
                ? TrainingVideos.open(videos, List.copyOf(weights().keySet()), fps, console())
                        .withCaptions(captions)
                : new ToyboxSource(
                        ToyboxSource.share(clips == null ? 0 : clips, weights()),
                        seed,
                        fps,
                        twoToys,
                        cameraMoves,
                        captions,
                        objects());
        builder(source).build(new TrainingRun.Lines(console(), interrupts()));
        try (LatentCache cache = LatentCache.open(folder)) {
            Map<String, Integer> made = new LinkedHashMap<>();
            cache.shapes().forEach(s -> made.put(s.toString(), cache.size(s)));
            return new Cached(folder, cache.size(), made);
        }
    }

    private LatentCacheBuilder builder(ClipSource source) throws IOException {
        if (vae != null && model == null) {
            return new LatentCacheBuilder(folder, vae, source, perShard, textLength, device.get());
        }
        if (vae != null || model == null) {
            throw refuse("--vae, --model", vae == null ? "neither" : "both", "one of them");
        }
        CheckpointFolder checkpoint = CheckpointFolder.open(model);
        int length =
                CogVideoXConfig.of(checkpoint.component("transformer").config()).maxTextSeqLength();
        Path tokenizer = checkpoint.component("tokenizer").folder();
        Path autoencoder = checkpoint.component("vae").folder();
        return new LatentCacheBuilder(folder, autoencoder, source, perShard, length, device.get(), tokenizer);
    }

    private Map<ClipShape, Double> weights() {
        if (shapes.isEmpty()) {
            return ToyboxSource.miniShapes();
        }
        Map<ClipShape, Double> weights = new LinkedHashMap<>();
        for (String text : shapes) {
            int colon = text.indexOf(':');
            try {
                weights.put(
                        ClipShape.parse(colon < 0 ? text : text.substring(0, colon)),
                        colon < 0 ? 1.0 : Double.parseDouble(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw refuse("--shape", text, "WIDTHxHEIGHTxFRAMES:WEIGHT, such as 96x64x17:0.5");
            }
        }
        return weights;
    }

    private Map<ToyObject, Double> objects() {
        Map<ToyObject, Double> weights = new LinkedHashMap<>();
        for (String text : toys) {
            String[] parts = text.split(":", -1);
            try {
                ToyObject object = ToyObject.valueOf(parts[0].toUpperCase(Locale.ROOT));
                weights.put(object, Double.parseDouble(parts.length == 2 ? parts[1] : ""));
            } catch (IllegalArgumentException e) {
                throw refuse("--toy", text, "OBJECT:WEIGHT, such as star:3");
            }
        }
        return weights;
    }

    /** What the cache holds. */
    record Cached(Path folder, int clips, Map<String, Integer> shapes) implements Report {
        @Override
        public void print(PrintWriter out) {
            out.println(folder + ": latents of " + clips + " clips");
            shapes.forEach((shape, n) -> out.println("  " + shape + "  " + n));
        }
    }
}
