package dev.kinora.weights.internal;

import dev.kinora.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Keeps names that come from files and servers inside the folder they belong to. */
public final class SafePaths {
    private SafePaths() {}

    /** Whether the text can only name something directly inside a folder, on every platform. */
    public static boolean isPlainName(String name) {
        return !name.isEmpty()
                && name.length() <= 255
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ' || c == 0x7f);
    }

    /** Whether the text is plain names joined by {@code /}. */
    public static boolean isPlainPath(String path) {
        for (String name : path.split("/", -1)) {
            if (!isPlainName(name)) {
                return false;
            }
        }
        return true;
    }

    /**
     * A file of the folder, after links are followed: it must exist and lie in the folder, or in the blobs of the Hub
     * cache that the folder is a snapshot of.
     */
    public static Path inside(Path folder, String name) throws IOException {
        if (!isPlainName(name)) {
            throw CheckpointException.of(folder.toString(), "file name", name, "a plain name inside the folder");
        }
        Path file = folder.resolve(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw CheckpointException.of(folder.toString(), name, "missing", "a file");
        }
        Path real;
        try {
            real = file.toRealPath();
        } catch (IOException e) {
            throw new CheckpointException(
                    Show.message(folder.toString(), name, "a link that leads nowhere", "a file"), e);
        }
        Path home = folder.toRealPath();
        Path blobs = blobs(home);
        if (!real.startsWith(home) && (blobs == null || !real.startsWith(blobs))) {
            throw CheckpointException.of(folder.toString(), name, "a link to " + real, "a file inside the folder");
        }
        if (!Files.isRegularFile(real)) {
            throw CheckpointException.of(folder.toString(), name, "not a file", "a file");
        }
        return file;
    }

    /** The blobs folder of {@code …/models--owner--name/snapshots/commit/…}, whose files are links into it. */
    private static @Nullable Path blobs(Path folder) {
        for (Path p = folder; p != null && p.getParent() != null; p = p.getParent()) {
            Path snapshots = p.getParent();
            if (snapshots.endsWith("snapshots") && snapshots.getParent() != null) {
                Path blobs = snapshots.resolveSibling("blobs");
                if (Files.isDirectory(blobs, LinkOption.NOFOLLOW_LINKS)) {
                    return blobs;
                }
            }
        }
        return null;
    }
}
