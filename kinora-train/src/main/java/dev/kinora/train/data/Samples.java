package dev.kinora.train.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/** One shard of samples, made aside: a tar file, or a folder of files. The same samples give the same bytes. */
final class Samples implements AutoCloseable {
    private final Path draft;
    private final Path target;
    private final String name;
    private final @Nullable TarArchiveOutputStream tar;

    private Samples(Path draft, Path target, String name, @Nullable TarArchiveOutputStream tar) {
        this.draft = draft;
        this.target = target;
        this.name = name;
        this.tar = tar;
    }

    /** Where a sample's first file lies. */
    record Place(String file, long offset) {}

    static Samples open(Path dataset, ToyboxDataset.Form form, int number) throws IOException {
        boolean shards = form == ToyboxDataset.Form.WEBDATASET;
        String name = (shards ? "shards/%05d.tar" : "clips/%05d").formatted(number);
        Path target = dataset.resolve(name);
        Path draft = dataset.resolve((shards ? "shards/.%05d.tar" : "clips/.%05d").formatted(number));
        Files.createDirectories(dataset.resolve(shards ? "shards" : "clips"));
        deleteTree(draft);
        if (!shards) {
            Files.createDirectories(draft);
            return new Samples(draft, target, name, null);
        }
        return new Samples(
                draft,
                target,
                name,
                new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(draft), 1 << 16), "UTF-8"));
    }

    /**
     * Adds a sample.
     *
     * @param files by what follows the id in their names; the first one is where the sample is said to lie
     */
    Place add(String id, Map<String, byte[]> files) throws IOException {
        Place place = null;
        for (Map.Entry<String, byte[]> f : files.entrySet()) {
            String file = id + f.getKey();
            long offset = 0;
            if (tar == null) {
                Files.write(draft.resolve(file), f.getValue());
            } else {
                tar.putArchiveEntry(entry(file, f.getValue().length));
                offset = tar.getBytesWritten();
                tar.write(f.getValue());
                tar.closeArchiveEntry();
            }
            if (place == null) {
                place = new Place(tar == null ? name + "/" + file : name, offset);
            }
        }
        if (place == null) {
            throw new IllegalArgumentException("samples: files of " + id + " = none (expected: one or more)");
        }
        return place;
    }

    /** Name, size, and nothing of this machine or moment. */
    private static TarArchiveEntry entry(String name, long size) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setMode(0100644);
        return entry;
    }

    /** Moves the shard to its name. */
    void commit() throws IOException {
        if (tar != null) {
            tar.close();
        }
        deleteTree(target);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes what was not committed. */
    @Override
    public void close() throws IOException {
        if (tar != null) {
            tar.close();
        }
        deleteTree(draft);
    }

    static void deleteTree(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(path)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path p : all) {
            Files.delete(p);
        }
    }
}
