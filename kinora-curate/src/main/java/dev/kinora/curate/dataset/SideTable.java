package dev.kinora.curate.dataset;

import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tables that join a dataset after it was made, such as captions. Their files have names that their content decides,
 * {@code NAME-HASH.ENDING}, and the manifest is put in place after them: until then readers go by the old ones, and at
 * no moment does a manifest name a file with another's content.
 */
public final class SideTable {
    private static final Object IN_THIS_PROCESS = new Object();
    private static final int HASH_DIGITS = 12;

    private SideTable() {}

    /** The file of a table with this ending that the manifest names. */
    public static Optional<Path> find(Path dataset, Manifest manifest, String name, String ending) {
        return manifest.files().stream()
                .map(Manifest.Entry::path)
                .filter(p -> belongs(p, name) && p.endsWith(ending))
                .findFirst()
                .map(dataset::resolve);
    }

    /** The files of all such tables with this ending that the manifest names. */
    public static List<Path> all(Path dataset, Manifest manifest, String ending) {
        return manifest.files().stream()
                .map(Manifest.Entry::path)
                .filter(p -> belongs(p, "[a-z]+") && p.endsWith(ending))
                .map(dataset::resolve)
                .toList();
    }

    /** Whether a file of a dataset is one of such a table's. */
    public static boolean is(String path) {
        return belongs(path, "[a-z]+");
    }

    private static boolean belongs(String path, String name) {
        return path.matches(name + "-[0-9a-f]{" + HASH_DIGITS + "}\\.[a-z]+");
    }

    /**
     * Adds a table, or puts it in the place of an older one of its name.
     *
     * @param name lower-case letters
     * @param content what decides the table: equal for equal tables
     * @param files made aside in the dataset's file system, one for each ending; they are moved
     */
    public static void commit(Path dataset, String name, String content, List<Path> files) throws IOException {
        synchronized (IN_THIS_PROCESS) { // a file lock is the process's
            try (FileChannel channel = FileChannel.open(
                            dataset.resolve(".manifest.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new IOException("dataset: lock of " + dataset + " = lost (expected: held)");
                }
                replace(dataset, name, content, files);
            }
        }
    }

    /** The files of a table that a manifest names. */
    public static List<Manifest.Entry> entries(Manifest manifest, String name) {
        return manifest.files().stream().filter(e -> belongs(e.path(), name)).toList();
    }

    /** A manifest with other files of a table, or with its first. */
    public static Manifest with(Manifest old, String name, List<Manifest.Entry> files) {
        List<Manifest.Entry> entries = new ArrayList<>(old.files());
        entries.removeIf(e -> belongs(e.path(), name));
        entries.addAll(files);
        entries.sort(Comparator.comparing(Manifest.Entry::path));
        return new Manifest(
                old.format(),
                old.plan(),
                old.sourcesSha256(),
                old.shots(),
                old.stages(),
                old.tags(),
                old.sources(),
                old.clips(),
                entries);
    }

    private static void replace(Path dataset, String name, String content, List<Path> files) throws IOException {
        Manifest old = Manifest.read(dataset);
        List<Manifest.Entry> entries = new ArrayList<>();
        String stem = name + "-" + Hashes.ofText(content).substring(0, HASH_DIGITS);
        for (Path file : files) {
            String from = String.valueOf(file.getFileName());
            String path = stem + from.substring(from.lastIndexOf('.'));
            entries.add(new Manifest.Entry(path, Files.size(file), Hashes.ofFile(file)));
            ShardWriter.force(file);
            Files.move(
                    file, dataset.resolve(path), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        Manifest manifest = with(old, name, entries);
        manifest.commit(dataset, dataset.resolve(".manifest.new"));
        Set<String> named = entries.stream().map(Manifest.Entry::path).collect(Collectors.toSet());
        try (Stream<Path> all = Files.list(dataset)) {
            for (Path p : all.toList()) {
                String file = String.valueOf(p.getFileName());
                if (belongs(file, name) && !named.contains(file)) {
                    Files.delete(p); // of an older commit, or of one that was killed
                }
            }
        }
    }
}
