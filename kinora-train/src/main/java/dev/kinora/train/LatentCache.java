package dev.kinora.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.AutoencoderKLCogVideoX;
import dev.kinora.models.cogvideox.VaeOptions;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.toybox.ToyCaptions;
import dev.kinora.toybox.ToyboxMix;
import dev.kinora.toybox.ToyboxSpec;
import dev.kinora.weights.SafetensorsFile;
import dev.kinora.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Encoded clips on disk, in shards: {@code latents-NNNNN.safetensors} with one tensor {@code latents} [n, Z, f, h, w],
 * fp16, in the encoder's own scale, and {@code captions-NNNNN.jsonl} with the captions of each clip. Reading maps the
 * shards; no more than a batch is ever in memory.
 */
public final class LatentCache implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> rows = new ArrayList<>();
    private final List<List<String>> captions = new ArrayList<>();
    private long[] shape = new long[0];

    private LatentCache() {}

    /**
     * Renders and encodes Toybox clips, shard by shard; shards that are there already are kept, so that a stopped build
     * goes on where it was.
     *
     * @param folder of the cache
     * @param vae folder of the encoder's config and weights
     * @param firstSeed of the clips, which have consecutive seeds
     * @param clips how many; rounded up to whole shards
     * @param perShard clips of a shard
     * @param paraphrases captions a clip
     */
    public static void buildToybox(
            Path folder,
            Path vae,
            ToyboxMix mix,
            long firstSeed,
            int clips,
            int perShard,
            int paraphrases,
            TrainListener listener)
            throws IOException {
        Files.createDirectories(folder);
        ToyboxClips source = new ToyboxClips(mix);
        try (AutoencoderKLCogVideoX encoder = AutoencoderKLCogVideoX.load(vae, DType.BF16)) {
            int shards = (clips + perShard - 1) / perShard;
            for (int s = 0; s < shards; s++) {
                Path file = folder.resolve("latents-%05d.safetensors".formatted(s));
                if (Files.exists(file)) {
                    continue;
                }
                long seed = firstSeed + (long) s * perShard;
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < perShard; i++) {
                    text.append(captions(mix.draw(seed + i), paraphrases)).append('\n');
                }
                Files.writeString(folder.resolve("captions-%05d.jsonl".formatted(s)), text);
                try (TensorScope ignored = TensorScope.open("encode")) {
                    Tensor latents = encode(encoder, source, seed, perShard);
                    TensorFiles.write(file, Map.of("latents", latents), DType.FP16, Map.of());
                }
                listener.onStep(s + 1, shards, Map.of("clips", (double) (s + 1) * perShard));
            }
        }
    }

    private static Tensor encode(AutoencoderKLCogVideoX encoder, ToyboxClips source, long seed, int clips) {
        List<Tensor> parts = new ArrayList<>();
        int batch = 4;
        for (int i = 0; i < clips; i += batch) {
            int at = i;
            int n = Math.min(batch, clips - i);
            parts.add(TensorScope.compute(() ->
                    Grad.off(() -> encoder.encode(source.whole(seed + at, n).to(DType.BF16), VaeOptions.DEFAULT)
                            .mode()
                            .to(DType.FP32))));
        }
        return Tensors.cat(0, parts);
    }

    private static String captions(ToyboxSpec spec, int paraphrases) throws IOException {
        ObjectNode row = JSON.createObjectNode();
        ArrayNode list = row.putArray("captions");
        for (int i = 0; i < paraphrases; i++) {
            list.add(ToyCaptions.brief(spec, i));
        }
        return JSON.writeValueAsString(row);
    }

    /** Maps all shards of a cache. */
    public static LatentCache open(Path folder) throws IOException {
        LatentCache cache = new LatentCache();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("latents-\\d+\\.safetensors"))
                    .sorted()
                    .toList()) {
                cache.add(file);
            }
        }
        Checks.require(!cache.rows.isEmpty(), folder.toString(), "shards", 0, "at least one");
        return cache;
    }

    private void add(Path file) throws IOException {
        SafetensorsFile open = SafetensorsFile.open(file, arena);
        TensorInfo info = open.info("latents");
        long[] of = info.shape().stream().mapToLong(Long::longValue).toArray();
        long[] one = Arrays.copyOfRange(of, 1, of.length);
        Checks.require(
                rows.isEmpty() || Arrays.equals(one, shape),
                file.toString(),
                "shape",
                Arrays.toString(one),
                "that of the other shards, " + Arrays.toString(shape));
        shape = one;
        MemorySegment all = open.segment("latents");
        long bytes = all.byteSize() / of[0];
        for (long i = 0; i < of[0]; i++) {
            rows.add(all.asSlice(i * bytes, bytes));
        }
        Path text = file.resolveSibling(
                file.getFileName().toString().replace("latents-", "captions-").replace(".safetensors", ".jsonl"));
        for (String line : Files.readAllLines(text)) {
            List<String> list = new ArrayList<>();
            JSON.readTree(line).path("captions").forEach(c -> list.add(c.asText()));
            captions.add(List.copyOf(list));
        }
        Checks.require(
                captions.size() == rows.size(),
                text.toString(),
                "captions",
                captions.size(),
                "one a clip: " + rows.size());
    }

    /** Number of clips. */
    public int size() {
        return rows.size();
    }

    /** Shape of one clip's latents: [Z, f, h, w]. */
    public long[] shape() {
        return shape.clone();
    }

    /** All captions of a clip. */
    public List<String> captions(int clip) {
        return captions.get(clip);
    }

    /** Latents of some clips: fp32 [B, Z, f, h, w]. */
    public Tensor latents(int... clips) {
        return TensorScope.compute(() -> {
            Tensor[] parts = new Tensor[clips.length];
            for (int i = 0; i < clips.length; i++) {
                parts[i] = Tensors.copyOf(rows.get(clips[i]), DType.FP16, shape);
            }
            return Tensors.stack(0, parts).to(DType.FP32);
        });
    }

    /** Standard deviation of the latents, over some clips spread through the cache. */
    public double deviation() {
        int n = Math.min(256, size());
        int[] some = new int[n];
        for (int i = 0; i < n; i++) {
            some[i] = (int) ((long) i * size() / n);
        }
        try (TensorScope ignored = TensorScope.open("deviation")) {
            Tensor x = latents(some);
            return Math.sqrt(x.sub(x.mean()).square().mean().item());
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
