package dev.kinora.train.latents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.TensorScope;
import dev.kinora.train.data.ClipShape;
import dev.kinora.train.internal.Checks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Encoded clips of several shapes on disk. A folder holds {@code cache.json} (what was encoded, and by what), the
 * tokenizer's files, and for every shape a folder {@code WIDTHxHEIGHTxFRAMES} of shards: {@code
 * latents-NNNNN.safetensors} with {@code latents} fp16 [n, Z, f, h, w] in the encoder's own scale and {@code ids} int32
 * [n, captions, tokens], and {@code captions-NNNNN.jsonl} with the same captions to read; {@code
 * foreground-NNNNN.safetensors} with {@code foreground} fp16 [n, f, h, w], 0 to 1, where the source knows what its clips
 * are about. Shards are mapped: no more than a batch is in memory, unless asked for with {@link #moveTo}.
 */
public final class LatentCache implements AutoCloseable {
    static final String LATENTS = "latents-%05d.safetensors";
    static final String FOREGROUND = "foreground-%05d.safetensors";
    static final String CAPTIONS = "captions-%05d.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Arena arena = Arena.ofShared();
    private final Path folder;
    private final JsonNode description;
    private final List<LatentGroup> groups = new ArrayList<>();

    private LatentCache(Path folder) throws IOException {
        this.folder = folder;
        Path file = folder.resolve("cache.json");
        Checks.require(Files.isRegularFile(file), folder.toString(), "cache.json", "none", "a cache of latents");
        this.description = JSON.readTree(file.toFile());
    }

    /**
     * Maps all shards of a cache.
     *
     * @throws IllegalArgumentException if it is none, or its shards do not fit together
     */
    public static LatentCache open(Path folder) throws IOException {
        LatentCache cache = new LatentCache(folder);
        for (String shape :
                (Iterable<String>) () -> cache.description.path("clips").fieldNames()) {
            try (Stream<Path> files = Files.list(folder.resolve(shape))) {
                List<Path> shards = files.filter(f -> f.getFileName().toString().matches("latents-\\d+\\.safetensors"))
                        .sorted()
                        .toList();
                if (!shards.isEmpty()) {
                    cache.groups.add(LatentGroup.map(ClipShape.parse(shape), shards, cache.textLength(), cache.arena));
                }
            }
        }
        Checks.require(!cache.groups.isEmpty(), folder.toString(), "shards", 0, "at least one");
        long channels = cache.groups.getFirst().channels();
        for (LatentGroup g : cache.groups) {
            Checks.require(
                    g.channels() == channels,
                    folder.toString(),
                    "channels of " + g.shape(),
                    g.channels(),
                    channels + ", as the other shapes have");
        }
        return cache;
    }

    /** The clips by shape. */
    public List<LatentGroup> groups() {
        return groups;
    }

    /** The shapes there are. */
    public List<ClipShape> shapes() {
        return groups.stream().map(LatentGroup::shape).toList();
    }

    /** Number of clips. */
    public int size() {
        return groups.stream().mapToInt(LatentGroup::size).sum();
    }

    /** Number of clips of a shape; 0 where there are none. */
    public int size(ClipShape shape) {
        return groups.stream()
                .filter(g -> g.shape().equals(shape))
                .mapToInt(LatentGroup::size)
                .sum();
    }

    /** Z. */
    public int channels() {
        return (int) groups.getFirst().channels();
    }

    /** Tokens of every caption. */
    public int textLength() {
        return description.path("text_length").asInt();
    }

    /** The tokenizer that made the ids. */
    public Path tokenizer() {
        return folder.resolve("tokenizer");
    }

    /** Whether the cache knows what its clips are about: see {@link LatentGroup#foreground}. */
    public boolean hasForeground() {
        return groups.stream().allMatch(LatentGroup::hasForeground);
    }

    /** What was encoded, and by what. */
    public JsonNode description() {
        return description;
    }

    /**
     * Keeps some clips and forgets the others: of every shape its share of {@code clips}, and the last ones, which are not
     * trained on.
     *
     * @param clips to train on, over all shapes; at least one of each
     * @param validation clips of every shape, besides
     */
    public LatentCache keep(int clips, int validation) {
        long all = groups.stream().mapToLong(g -> g.size() - validation).sum();
        for (LatentGroup g : groups) {
            g.keep((int) Math.max(1, Math.round((double) clips * (g.size() - validation) / all)), validation);
        }
        return this;
    }

    /** Copies all clips to a device, where batches are then made; the host's own memory is one too. */
    public void moveTo(Device device) {
        try (TensorScope ignored = TensorScope.open("latents")) {
            groups.forEach(g -> g.moveTo(device));
        }
    }

    @Override
    public void close() {
        groups.forEach(LatentGroup::close);
        arena.close();
    }
}
