package dev.kinora.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.internal.Json;
import dev.kinora.weights.internal.SafePaths;
import dev.kinora.weights.internal.Show;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one component: a safetensors file, or all shards that an index names, as one set of tensors. Every
 * file is mapped for the life of the arena given; nothing is copied.
 */
public final class Checkpoint {
    /** File stems looked for in a component's folder: diffusers' models, transformers' models. */
    public static final List<String> STEMS = List.of("diffusion_pytorch_model", "model");

    private final String where;
    private final Map<String, SafetensorsFile> files;
    private final Map<String, SafetensorsFile> byTensor;

    private Checkpoint(String where, Map<String, SafetensorsFile> files) {
        this.where = where;
        this.files = files;
        Map<String, SafetensorsFile> map = new LinkedHashMap<>();
        for (SafetensorsFile file : files.values()) {
            for (String name : file.tensors().keySet()) {
                SafetensorsFile other = map.put(name, file);
                if (other != null) {
                    throw CheckpointException.of(
                            where,
                            name,
                            "in " + other.path().getFileName() + " and "
                                    + file.path().getFileName(),
                            "each tensor in one shard");
                }
            }
        }
        this.byTensor = map;
    }

    /**
     * Opens a {@code .safetensors} file, an index ({@code *.safetensors.index.json}), or the weights in a component's
     * folder. With a variant the variant's files are taken where the folder has them, else the plain ones, as diffusers
     * does.
     *
     * @param variant such as {@code fp16}; empty for none
     * @param arena whose life bounds that of the mapping: {@link Arena#ofAuto()} unmaps when no tensor uses it
     * @throws CheckpointException if there are no weights, or any file of them is not valid
     */
    public static Checkpoint open(Path path, String variant, Arena arena) throws IOException {
        if (!Files.exists(path)) {
            throw CheckpointException.of(path.toString(), "file", "missing", "a component's folder or a weight file");
        }
        return Files.isDirectory(path) ? openFile(find(path, variant), arena) : openFile(path, arena);
    }

    /** Opens weights without a variant, mapped for as long as any tensor uses them. */
    public static Checkpoint open(Path path) throws IOException {
        return open(path, "", Arena.ofAuto());
    }

    private static Checkpoint openFile(Path path, Arena arena) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        if (name.endsWith(".json") && folder != null) {
            return openShards(folder, path, arena);
        }
        if (!name.endsWith(".safetensors")) {
            throw CheckpointException.of(
                    path.toString(), "file", name, "a .safetensors file (pickles are never read) or its index");
        }
        return new Checkpoint(path.toString(), Map.of(name, SafetensorsFile.open(path, arena)));
    }

    /** The file that {@link #open} reads for a component's folder: its one safetensors file, or its index. */
    public static Path find(Path folder, String variant) throws IOException {
        if (!variant.isEmpty() && !SafePaths.isPlainName(variant)) {
            throw CheckpointException.of(folder.toString(), "variant", variant, "a plain name such as fp16");
        }
        List<String> candidates = new ArrayList<>();
        for (String stem : STEMS) {
            String plain = stem + ".safetensors";
            if (!variant.isEmpty()) {
                candidates.addAll(List.of(
                        plain + ".index." + variant + ".json",
                        stem + "." + variant + ".safetensors",
                        // Names of older releases.
                        plain + "." + variant + ".index.json",
                        stem + "." + variant + ".safetensors.index.json"));
            }
        }
        for (String stem : STEMS) {
            candidates.add(stem + ".safetensors.index.json");
            candidates.add(stem + ".safetensors");
        }
        for (String candidate : candidates) {
            if (Files.exists(folder.resolve(candidate), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                return SafePaths.inside(folder, candidate);
            }
        }
        throw CheckpointException.of(
                folder.toString(), "files", names(folder), "one of " + candidates + " (pickles are never read)");
    }

    private static String names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return "no such folder";
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(p -> String.valueOf(p.getFileName()))
                    .sorted()
                    .toList()
                    .toString();
        }
    }

    private static Checkpoint openShards(Path folder, Path index, Arena arena) throws IOException {
        Map<String, String> weightMap = weightMap(index.toString(), Json.read(index));
        Map<String, SafetensorsFile> files = new TreeMap<>();
        for (String shard : new java.util.TreeSet<>(weightMap.values())) {
            files.put(shard, SafetensorsFile.open(SafePaths.inside(folder, shard), arena));
        }
        List<String> wrong = new ArrayList<>();
        weightMap.forEach((name, shard) -> {
            SafetensorsFile file = files.get(shard);
            if (file != null && !file.tensors().containsKey(name)) {
                wrong.add(name + " is not in " + shard);
            }
        });
        files.forEach((shard, file) -> file.tensors().keySet().stream()
                .filter(name -> !shard.equals(weightMap.get(name)))
                .forEach(name -> wrong.add(name + " is in " + shard)));
        if (!wrong.isEmpty()) {
            throw CheckpointException.of(
                    index.toString(), "weight_map", Show.some(wrong, 20), "the tensors that the shards hold");
        }
        return new Checkpoint(index.toString(), files);
    }

    static Map<String, String> weightMap(String where, ObjectNode index) {
        JsonNode map = index.get("weight_map");
        if (!(map instanceof ObjectNode)) {
            throw CheckpointException.of(where, "weight_map", map, "an object");
        }
        Map<String, String> result = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : map.properties()) {
            JsonNode shard = e.getValue();
            if (!shard.isTextual()
                    || !SafePaths.isPlainName(shard.textValue())
                    || !shard.textValue().endsWith(".safetensors")) {
                throw CheckpointException.of(
                        where, "weight_map." + e.getKey(), shard, "a .safetensors file inside the folder");
            }
            result.put(e.getKey(), shard.textValue());
        }
        return result;
    }

    /** The file or index that was opened. */
    public String where() {
        return where;
    }

    /** The mapped files: one, or the shards by name. */
    public Collection<SafetensorsFile> files() {
        return Collections.unmodifiableCollection(files.values());
    }

    /** The names of all tensors. */
    public Collection<String> names() {
        return Collections.unmodifiableCollection(byTensor.keySet());
    }

    /** Whether there is such a tensor. */
    public boolean has(String name) {
        return byTensor.containsKey(name);
    }

    /** What the header says of one tensor. */
    public TensorInfo info(String name) {
        return file(name).info(name);
    }

    /** The bytes of one tensor: a read-only view of the file, no copy. */
    public MemorySegment segment(String name) {
        return file(name).segment(name);
    }

    /**
     * One tensor in the open scope: a view of the file where its bytes are aligned for its type, as current writers
     * leave them, else a copy. It must not be written to.
     *
     * @throws CheckpointException if no such tensor is stored, or in a type that nothing computes with
     */
    public Tensor tensor(String name) {
        TensorInfo info = info(name);
        DType dtype = info.type().dtype();
        if (dtype == null) {
            throw CheckpointException.of(where, name, info.type(), "a type that can be computed with");
        }
        MemorySegment bytes = segment(name);
        return bytes.address() % dtype.bytes() == 0
                ? Tensors.fromSegment(bytes, dtype, info.dims())
                : Tensors.copyOf(bytes, dtype, info.dims());
    }

    /** A {@code __metadata__} text of any of the files, or null. */
    public @Nullable String metadata(String key) {
        for (SafetensorsFile file : files.values()) {
            String value = file.metadata().get(key);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Bytes of all tensors together. */
    public long bytes() {
        return byTensor.entrySet().stream()
                .mapToLong(e -> e.getValue().info(e.getKey()).bytes())
                .sum();
    }

    /** Number of elements of all tensors together. */
    public long elements() {
        return byTensor.entrySet().stream()
                .mapToLong(e -> e.getValue().info(e.getKey()).elements())
                .sum();
    }

    /** Number of elements stored as each type. */
    public Map<StoredType, Long> elementsByType() {
        Map<StoredType, Long> sums = new java.util.EnumMap<>(StoredType.class);
        byTensor.forEach((name, file) -> {
            TensorInfo info = file.info(name);
            sums.merge(info.type(), info.elements(), Long::sum);
        });
        return sums;
    }

    private SafetensorsFile file(String name) {
        SafetensorsFile file = byTensor.get(name);
        if (file == null) {
            throw CheckpointException.of(where, "tensor", name, "one of the " + byTensor.size() + " tensors");
        }
        return file;
    }
}
