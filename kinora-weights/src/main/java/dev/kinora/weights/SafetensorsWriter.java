package dev.kinora.weights;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.internal.AtomicFiles;
import dev.kinora.weights.internal.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Writes safetensors files: one, or shards of a bounded size with their index. Tensors are asked for their bytes one at
 * a time while the file is written, so that a model of any size passes through little memory. The same tensors give the
 * same bytes, in whatever order they were added: wide types first, then by name, as the reference implementation does.
 */
public final class SafetensorsWriter {
    /** Size above which a checkpoint is split into shards by default, as diffusers does: 10 GB. */
    public static final long DEFAULT_SHARD_BYTES = 10_000_000_000L;

    private static final Comparator<Entry> ORDER = Comparator.comparing(
                    (Entry e) -> e.info.type(), Comparator.reverseOrder())
            .thenComparing(e -> e.info.name().getBytes(StandardCharsets.UTF_8), java.util.Arrays::compareUnsigned);

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    /** Gives the bytes of one tensor when its turn comes. */
    @FunctionalInterface
    public interface Bytes {
        /** Passes the tensor's bytes (little endian, row-major) on; they need be valid only during the call. */
        void give(Consumer<MemorySegment> to) throws IOException;
    }

    private record Entry(TensorInfo info, Bytes bytes) {}

    /** Adds a {@code __metadata__} text. Readers of transformers' models ask for {@code format} = {@code pt}. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a tensor.
     *
     * @throws IllegalArgumentException if the name is taken or reserved, or the shape is not one of whole bytes
     */
    public SafetensorsWriter add(String name, StoredType type, Collection<Long> shape, Bytes bytes) {
        if (name.equals(SafetensorsHeader.METADATA_KEY) || entries.containsKey(name)) {
            throw new IllegalArgumentException(
                    "SafetensorsWriter: name = " + name + " (expected: not added yet, not __metadata__)");
        }
        long bits = type.bits();
        for (long d : shape) {
            bits = Math.multiplyExact(bits, d);
            if (d < 0) {
                throw new IllegalArgumentException(
                        "SafetensorsWriter: " + name + ".shape = " + shape + " (expected: no negative size)");
            }
        }
        if (bits % 8 != 0) {
            throw new IllegalArgumentException(
                    "SafetensorsWriter: " + name + ".shape = " + shape + " (expected: whole bytes of " + type + ")");
        }
        entries.put(name, new Entry(new TensorInfo(name, type, List.copyOf(shape), 0, bits / 8), bytes));
        return this;
    }

    /** Adds a tensor of another file as it is. */
    public SafetensorsWriter add(SafetensorsFile from, String name) {
        TensorInfo info = from.info(name);
        return add(name, info.type(), info.shape(), to -> to.accept(from.segment(name)));
    }

    /**
     * Adds a tensor, stored in its own type. It must stay open until the file is written.
     */
    public SafetensorsWriter add(String name, Tensor tensor) {
        return add(name, tensor, tensor.dtype());
    }

    /** Adds a tensor, converted to a type when its turn to be written comes. It must stay open until then. */
    public SafetensorsWriter add(String name, Tensor tensor, DType storedAs) {
        List<Long> shape = java.util.Arrays.stream(tensor.shape()).boxed().toList();
        return add(
                name,
                StoredType.of(storedAs),
                shape,
                to -> TensorScope.run(
                        "save " + name,
                        () -> Grad.off(() -> to.accept(tensor.detach()
                                .to(storedAs)
                                .to(Device.CPU)
                                .contiguous()
                                .segment()))));
    }

    /** Adds every parameter of a model under its key, each stored in its own type. */
    public SafetensorsWriter addAll(ParameterSet parameters) {
        parameters.all().forEach(p -> add(p.key(), p.value()));
        return this;
    }

    /** Adds every parameter of a model under its key; floating point ones are converted. */
    public SafetensorsWriter addAll(ParameterSet parameters, DType storedAs) {
        parameters
                .all()
                .forEach(p -> add(
                        p.key(),
                        p.value(),
                        p.value().dtype().isFloatingPoint()
                                ? storedAs
                                : p.value().dtype()));
        return this;
    }

    /** Writes one file, whole or not at all. */
    public void write(Path file) throws IOException {
        write(file, entries.values());
    }

    /**
     * Writes {@code stem.safetensors}, or where that would be longer than {@code maxBytes} of tensors, the shards
     * {@code stem-00001-of-0000N.safetensors} and then {@code stem.safetensors.index.json}. With a variant the names
     * are {@code stem.variant.safetensors}, {@code stem.variant-00001-of-0000N.safetensors} and
     * {@code stem.safetensors.index.variant.json}.
     *
     * <p>A tensor above {@code maxBytes} gets a shard of its own. Shards fill in the order in which tensors were added.
     *
     * @param variant such as {@code fp16}, or empty for none
     * @return the files written
     */
    public List<Path> writeSharded(Path folder, String stem, String variant, long maxBytes) throws IOException {
        Files.createDirectories(folder);
        String named = variant.isEmpty() ? stem : stem + "." + variant;
        List<List<Entry>> shards = shards(maxBytes);
        if (shards.size() == 1) {
            Path file = folder.resolve(named + ".safetensors");
            write(file, shards.getFirst());
            return List.of(file);
        }
        List<Path> files = new ArrayList<>();
        Map<String, String> weightMap = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format("%s-%05d-of-%05d.safetensors", named, i + 1, shards.size());
            Path file = folder.resolve(name);
            write(file, shards.get(i));
            files.add(file);
            shards.get(i).forEach(e -> weightMap.put(e.info.name(), name));
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata")
                .put(
                        "total_size",
                        entries.values().stream().mapToLong(e -> e.info.bytes()).sum());
        ObjectNode map = index.putObject("weight_map");
        weightMap.forEach(map::put);
        Path indexFile =
                folder.resolve(stem + ".safetensors.index" + (variant.isEmpty() ? "" : "." + variant) + ".json");
        Json.write(indexFile, index);
        files.add(indexFile);
        return files;
    }

    private List<List<Entry>> shards(long maxBytes) {
        List<List<Entry>> shards = new ArrayList<>();
        List<Entry> current = new ArrayList<>();
        long size = 0;
        for (Entry e : entries.values()) {
            long bytes = e.info.bytes();
            if (bytes > maxBytes) {
                shards.add(List.of(e));
                continue;
            }
            if (size + bytes > maxBytes && !current.isEmpty()) {
                shards.add(current);
                current = new ArrayList<>();
                size = 0;
            }
            current.add(e);
            size += bytes;
        }
        if (!current.isEmpty() || shards.isEmpty()) {
            shards.add(current);
        }
        return shards;
    }

    private void write(Path file, Collection<Entry> unordered) throws IOException {
        List<Entry> ordered = new ArrayList<>(unordered);
        ordered.sort(ORDER);
        byte[] header = header(file, ordered);
        AtomicFiles.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFiles.writeFully(channel, length.putLong(header.length).flip());
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(header));
            for (Entry e : ordered) {
                data(file, channel, e);
            }
        });
    }

    private static void data(Path file, FileChannel channel, Entry e) throws IOException {
        long before = channel.position();
        IOException[] failed = new IOException[1];
        e.bytes.give(segment -> {
            try {
                long step = 1L << 30;
                for (long at = 0; at < segment.byteSize(); at += step) {
                    MemorySegment part = segment.asSlice(at, Math.min(step, segment.byteSize() - at));
                    AtomicFiles.writeFully(channel, part.asByteBuffer());
                }
            } catch (IOException io) {
                failed[0] = io;
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
        long written = channel.position() - before;
        if (written != e.info.bytes()) {
            throw CheckpointException.of(
                    file.toString(),
                    e.info.name(),
                    written + " bytes",
                    e.info.bytes() + " for " + e.info.type() + " " + e.info.shape());
        }
    }

    private byte[] header(Path file, List<Entry> ordered) {
        StringBuilder out = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            out.append("\"__metadata__\":{");
            metadata.forEach((k, v) -> {
                Json.quote(k, out);
                Json.quote(v, out.append(':'));
                out.append(',');
            });
            out.setLength(out.length() - 1);
            out.append("},");
        }
        long at = 0;
        for (Entry e : ordered) {
            Json.quote(e.info.name(), out);
            out.append(":{\"dtype\":\"").append(e.info.type()).append("\",\"shape\":[");
            String comma = "";
            for (long d : e.info.shape()) {
                out.append(comma).append(d);
                comma = ",";
            }
            out.append("],\"data_offsets\":[").append(at).append(',');
            at += e.info.bytes();
            out.append(at).append("]},");
        }
        if (out.length() > 1) {
            out.setLength(out.length() - 1);
        }
        byte[] json = out.append('}').toString().getBytes(StandardCharsets.UTF_8);
        // Padded so that the data begins at a multiple of eight: every element then lies aligned in the mapping.
        byte[] padded = java.util.Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        java.util.Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        if (padded.length > SafetensorsHeader.MAX_BYTES) {
            throw CheckpointException.of(
                    file.toString(), "header length", padded.length, "at most " + SafetensorsHeader.MAX_BYTES);
        }
        return padded;
    }
}
