package dev.kinora.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file or folder that appears whole under its name or not at all: written beside its place under a hidden temporary
 * name, then renamed. What is not committed is deleted, also when the JVM is told to stop (Ctrl-C).
 *
 * <p>The writing thread runs on while the JVM stops. So whatever makes a file by name goes through {@link #make}, which
 * never overlaps with the deletion and is refused after it: else a file could appear in a folder just emptied, or under
 * a name just deleted.
 */
final class AtomicOutput implements AutoCloseable {
    private static final Set<AtomicOutput> OPEN = ConcurrentHashMap.newKeySet();
    private static final AtomicLong SERIAL = new AtomicLong();
    /** The only files a folder may hold to be replaced: what {@link FolderWriter} puts there. */
    private static final Pattern OWN_FILE = Pattern.compile("frame_\\d{5,}\\.png|video\\.json");

    private static volatile boolean stopping;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtomicOutput::stop, "kinora-media-cleanup"));
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Path target;
    private final Path work;
    private boolean done;

    private AtomicOutput(Path target) {
        this.target = target;
        this.work = sibling(target, "tmp");
    }

    private static Path sibling(Path target, String what) {
        return target.resolveSibling(".%s.%d-%d.%s"
                .formatted(target.getFileName(), ProcessHandle.current().pid(), SERIAL.incrementAndGet(), what));
    }

    /** @throws MediaException if {@code target} could not be written, said before any work is done */
    static void check(Path target, boolean folder) throws MediaException {
        Path t = target.toAbsolutePath().normalize();
        Path parent = t.getParent();
        if (parent == null || t.getFileName() == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
            throw new MediaException(
                    "VideoWriter", "out", target, "a path in an existing folder that can be written to");
        }
        if (!folder && Files.isDirectory(t)) {
            throw new MediaException("VideoWriter", "out", target, "a file; this is a folder");
        }
        if (folder && Files.exists(t) && !replaceable(t)) {
            throw new MediaException(
                    "VideoWriter", "out", target, "a new folder, an empty one, or one that holds only earlier frames");
        }
    }

    private static boolean replaceable(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.allMatch(
                    f -> OWN_FILE.matcher(f.getFileName().toString()).matches() && Files.isRegularFile(f));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    static AtomicOutput file(Path target) throws MediaException {
        check(target, false);
        return register(target);
    }

    static AtomicOutput folder(Path target) throws MediaException {
        check(target, true);
        AtomicOutput out = register(target);
        try {
            out.make(Files::createDirectory);
        } catch (IOException e) {
            out.close();
            throw new MediaException("VideoWriter", "out", target, "a path that can be written to", e);
        }
        return out;
    }

    private static AtomicOutput register(Path target) {
        AtomicOutput out = new AtomicOutput(target.toAbsolutePath().normalize());
        OPEN.add(out);
        // Either this sees that the JVM stops, or stop(), which looks at OPEN after it said so, sees the entry.
        if (stopping) {
            out.close();
        }
        return out;
    }

    private static void stop() {
        stopping = true;
        OPEN.forEach(AtomicOutput::close);
    }

    /** What writes, or opens to write, the temporary file or a file of the temporary folder. */
    @FunctionalInterface
    interface Maker<T, E extends Exception> {
        T at(Path work) throws E;
    }

    /**
     * Runs what makes a file by name. The JVM waits for it when it stops, so let it be short: a picture, not a video;
     * what goes into a file that is open already needs no {@code make}.
     *
     * @param action gets the temporary file (not there before the first call) or folder (there)
     * @throws IllegalStateException if this output is closed, by {@link #close} or because the JVM stops
     */
    <T, E extends Exception> T make(Maker<T, E> action) throws E {
        lock.lock();
        try {
            if (done) {
                throw new IllegalStateException("AtomicOutput: " + target + " is already closed");
            }
            return action.at(work);
        } finally {
            lock.unlock();
        }
    }

    /** Puts the whole output under its name. */
    void commit() throws MediaException {
        Path old = sibling(target, "old");
        try {
            make(whole -> {
                replace(whole, old);
                done = true;
                delete(old);
                return target;
            });
        } catch (IOException e) {
            throw new MediaException("VideoWriter", "out", target, "a path the finished output can be moved to", e);
        }
        OPEN.remove(this);
    }

    private void replace(Path whole, Path old) throws IOException {
        boolean there = Files.isDirectory(target);
        if (there) {
            if (!replaceable(target)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            if (there) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
    }

    /** Deletes what was not committed; once a {@link #make} under way has ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!done) {
                done = true;
                delete(work);
            }
        } finally {
            lock.unlock();
        }
        OPEN.remove(this);
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | UncheckedIOException e) {
            // Nothing more can be done about a temporary file that will not go: it never bears the output's name.
            path.toFile().deleteOnExit();
        }
    }
}
