package dev.kinora.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A safetensors file mapped into memory, of any size: opening reads the header only, and each tensor is a view of the
 * mapping. The mapping is read-only and lives as long as the arena it was opened in; views must not be used after.
 */
public final class SafetensorsFile {
    private final Path path;
    private final MemorySegment bytes;
    private final SafetensorsHeader header;

    private SafetensorsFile(Path path, MemorySegment bytes, SafetensorsHeader header) {
        this.path = path;
        this.bytes = bytes;
        this.header = header;
    }

    /**
     * Maps the file for the life of the arena and parses its header.
     *
     * @throws CheckpointException if the file is missing or not a valid safetensors file
     */
    public static SafetensorsFile open(Path path, Arena arena) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw CheckpointException.of(path.toString(), "file", "missing", "a safetensors file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new SafetensorsFile(path, bytes, SafetensorsHeader.parse(path.toString(), bytes));
        }
    }

    /** Reads only the header: for listing and planning, with nothing left mapped. */
    public static SafetensorsHeader header(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return open(path, arena).header();
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** The parsed header. */
    public SafetensorsHeader header() {
        return header;
    }

    /** What the header says of each tensor, in the order of their bytes. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /** The {@code __metadata__} texts; empty where there are none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** What the header says of one tensor. */
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw CheckpointException.of(
                    path.toString(),
                    "tensor",
                    name,
                    "one of the " + header.tensors().size() + " tensors");
        }
        return info;
    }

    /** The bytes of one tensor, little endian and row-major: a read-only view of the file, no copy. */
    public MemorySegment segment(String name) {
        TensorInfo info = info(name);
        return bytes.asSlice(header.dataStart() + info.begin(), info.bytes());
    }
}
