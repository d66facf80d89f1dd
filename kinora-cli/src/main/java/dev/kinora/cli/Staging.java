package dev.kinora.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Outputs that appear whole or not at all. Each is written under its own name in a hidden folder beside its target and
 * moved into place by {@link #commit}; what is not committed is deleted, also on Ctrl-C.
 */
final class Staging implements AutoCloseable {
    /** What a folder of frames holds. */
    private static final Pattern FRAME = Pattern.compile("frame_\\d{5,}\\.png|video\\.json");

    private final Interrupts interrupts;
    private final Map<Path, Path> folders = new LinkedHashMap<>();
    private final Map<Path, Path> stagedByTarget = new LinkedHashMap<>();

    Staging(Interrupts interrupts) {
        this.interrupts = interrupts;
    }

    /**
     * Where to write what shall end up at {@code target}, a file or a folder. Parent folders are made.
     *
     * @param option the option that named the target, for messages
     * @throws CommandException if the target cannot be written: it is a folder of other things, or its folder is read-only
     */
    Path stage(String option, Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new CommandException(option + " = " + target + " (expected: a file)");
        }
        if (stagedByTarget.containsKey(absolute)) {
            throw new CommandException(
                    option + " = " + target + " (expected: a name that no other output of this command has)");
        }
        try {
            if (Files.isDirectory(absolute) && !holdsOnlyFrames(absolute)) {
                throw new CommandException(option + " = " + target
                        + " (expected: a new name, or a folder with nothing but earlier frames)");
            }
            Files.createDirectories(parent);
            Path folder = folders.get(parent);
            if (folder == null) {
                folder = interrupts.watched(() -> Files.createTempDirectory(parent, ".kinora-"));
                folders.put(parent, folder);
            }
            Path staged = folder.resolve(absolute.getFileName());
            stagedByTarget.put(absolute, staged);
            return staged;
        } catch (IOException e) {
            throw new CommandException(
                    option + " = " + target + " (expected: a place that can be written; " + Failure.reason(e) + ")", e);
        }
    }

    private static boolean holdsOnlyFrames(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(f -> FRAME.matcher(f.getFileName().toString()).matches());
        }
    }

    /** Moves everything that was written to its target. */
    void commit() {
        for (Map.Entry<Path, Path> e : stagedByTarget.entrySet()) {
            if (Files.exists(e.getValue())) {
                move(e.getValue(), e.getKey());
            }
        }
    }

    private static void move(Path from, Path to) {
        try {
            if (Files.isDirectory(to)) {
                delete(to); // nothing but earlier frames: stage() looked
            }
            try {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes what was not committed. */
    @Override
    public void close() {
        folders.values().forEach(f -> {
            delete(f);
            interrupts.forget(f);
        });
    }

    /**
     * Deletes a folder and what is in it, as far as possible. Others may still write to it, or delete in it, when the
     * process is told to end: it first gets a name that they do not know, and is looked at again where it was not empty.
     */
    static void delete(Path folder) {
        Path hidden = folder.resolveSibling("." + folder.getFileName() + ".gone");
        try {
            try {
                Files.move(folder, hidden, StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException e) {
                return;
            } catch (IOException e) {
                hidden = folder;
            }
            for (int left = 10; ; left--) {
                try {
                    Files.walkFileTree(hidden, new Deletion());
                    return;
                } catch (DirectoryNotEmptyException e) {
                    if (left == 0) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            System.err.println("kinora: could not remove " + hidden + ": " + Failure.reason(e));
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
            Files.deleteIfExists(dir);
            return FileVisitResult.CONTINUE;
        }
    }
}
