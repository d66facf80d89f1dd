package dev.kinora.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SHA-256 of weight files, for provenance. A file is read once per process as long as its size and its time of change
 * stay as they were.
 */
public final class Hashes {
    private static final Map<Key, String> KNOWN = new ConcurrentHashMap<>();
    private static final int CHUNK = 1 << 20;

    private record Key(Path path, long size, FileTime changed) {}

    /** Told how far hashing is. */
    @FunctionalInterface
    public interface Progress {
        /** A progress that nobody watches. */
        Progress NONE = (done, total) -> {};

        /** {@code done} of {@code total} bytes are hashed. */
        void update(long done, long total);
    }

    private Hashes() {}

    /** The SHA-256 of a file as 64 lower-case hexadecimal digits. */
    public static String sha256(Path file, Progress progress) throws IOException {
        Path real = file.toRealPath();
        Key key = new Key(real, Files.size(real), Files.getLastModifiedTime(real));
        String known = KNOWN.get(key);
        if (known != null) {
            progress.update(key.size, key.size);
            return known;
        }
        MessageDigest digest = digest("SHA-256");
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        long done = 0;
        try (FileChannel channel = FileChannel.open(real, StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) >= 0) {
                done += buffer.position();
                digest.update(buffer.flip());
                progress.update(done, key.size);
            }
        }
        String hex = HexFormat.of().formatHex(digest.digest());
        // A file that grew under our eyes is hashed as read, but not remembered.
        if (done == key.size) {
            KNOWN.put(key, hex);
        }
        return hex;
    }

    /**
     * The SHA-256 of each of a component's weight files by name; progress counts the bytes of all together.
     *
     * @param files such as {@link CheckpointFolder.Component#weightFiles}
     */
    public static Map<String, String> sha256(Collection<Path> files, Progress progress) throws IOException {
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        Map<String, String> hashes = new TreeMap<>();
        long before = 0;
        for (Path file : files) {
            long base = before;
            long all = total;
            hashes.put(
                    String.valueOf(file.getFileName()),
                    sha256(file, (done, size) -> progress.update(base + done, all)));
            before += Files.size(file);
        }
        return hashes;
    }

    /** One SHA-256 for several files: over the lines {@code hash name} in the order of the names. */
    public static String combined(Map<String, String> hashes) {
        StringBuilder lines = new StringBuilder();
        new TreeMap<>(hashes)
                .forEach((name, hash) ->
                        lines.append(hash).append(' ').append(name).append('\n'));
        return HexFormat.of()
                .formatHex(digest("SHA-256").digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + algorithm, e);
        }
    }
}
