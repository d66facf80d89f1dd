package dev.kinora.curate.s3;

import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.dataset.SideTable;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A dataset in a bucket, read from here: its manifest anew each time; tables as files of a folder that keeps them, each
 * checked by the hash that the manifest names; clips by byte range. Tables that join it go up as they join a folder: the
 * files first, then the manifest, in one step, on condition that it is the one that was read.
 */
public final class BucketDataset implements Dataset {
    private static final int TRIES = 8;

    private final S3 store;
    private final S3Uri at;
    private final Path folder;

    private BucketDataset(S3 store, S3Uri at, Path folder) {
        this.store = store;
        this.at = at;
        this.folder = folder;
    }

    /**
     * Opens a dataset and brings tables of it here.
     *
     * @param cache a folder for such folders
     * @param tables which files of the manifest are wanted in {@link #folder}; those that are there are not fetched
     * @throws IOException if there is no finished dataset, or the store fails
     */
    public static BucketDataset open(S3 store, S3Uri at, Path cache, Predicate<String> tables) throws IOException {
        S3.Content manifest = manifest(store, at);
        String place = store.settings().endpoint() + " " + at;
        Path folder = Files.createDirectories(
                cache.resolve(Hashes.ofText(place).substring(0, 32)).toAbsolutePath());
        place(folder.resolve(Manifest.NAME), manifest.bytes());
        BucketDataset dataset = new BucketDataset(store, at, folder);
        for (Manifest.Entry entry : Manifest.read(folder).files()) {
            if (tables.test(entry.path())) {
                dataset.bring(entry);
            }
        }
        return dataset;
    }

    private static S3.Content manifest(S3 store, S3Uri at) throws IOException {
        return store.content(at.at(Manifest.NAME))
                .orElseThrow(() -> new IOException("dataset: " + at + " = no " + Manifest.NAME
                        + " (expected: a place that kinora curate has published to)"));
    }

    private static void place(Path file, byte[] content) throws IOException {
        Path beside = Files.createTempFile(file.getParent(), ".new", "");
        Files.write(beside, content);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void bring(Manifest.Entry entry) throws IOException {
        Path file = folder.resolve(entry.path()).normalize();
        if (!file.startsWith(folder)) {
            throw new IOException("dataset: path = " + entry.path() + " (expected: within " + at + ")");
        }
        if (Files.exists(file)
                && Files.size(file) == entry.bytes()
                && Hashes.ofFile(file).equals(entry.sha256())) {
            return;
        }
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Path beside = Files.createTempFile(folder, ".new", "");
        try {
            S3Uri from = at.at(entry.path());
            new S3File(store, from, entry.bytes(), etag(from), 0).fetch(beside);
            if (!Hashes.ofFile(beside).equals(entry.sha256())) {
                throw new IOException("dataset: " + from + ", sha256 = another (expected: " + entry.sha256()
                        + ", as the manifest says)");
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private String etag(S3Uri from) throws IOException {
        var head = store.head(from);
        if (head == null) {
            throw new java.nio.file.NoSuchFileException(from.toString());
        }
        return head.eTag();
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public String name() {
        return at.toString();
    }

    @Override
    public boolean whole() {
        return false;
    }

    @Override
    public byte[] read(String path, long offset, long bytes) throws IOException {
        return store.range(at.at(path), offset, bytes);
    }

    @Override
    public void added(String table) throws IOException {
        Manifest mine = Manifest.read(folder);
        List<Manifest.Entry> entries = SideTable.entries(mine, table);
        Uploads uploads = new Uploads(store, Uploads.PART_BYTES, CurateListener.SILENT);
        for (Manifest.Entry entry : entries) {
            uploads.put(folder.resolve(entry.path()), at.at(entry.path()), entry.sha256());
        }
        for (int i = 0; i < TRIES; i++) {
            S3.Content now = manifest(store, at);
            Manifest old = Manifest.of(now.bytes(), at.toString());
            if (!old.sourcesSha256().equals(mine.sourcesSha256()) || old.clips() != mine.clips()) {
                throw new IOException("dataset: " + at + " = another than before (expected: the one that was read)");
            }
            byte[] next = SideTable.with(old, table, entries).toBytes();
            if (uploads.replace(at.at(Manifest.NAME), now.etag(), next)) {
                place(folder.resolve(Manifest.NAME), next);
                for (Manifest.Entry gone : SideTable.entries(old, table)) {
                    if (!entries.contains(gone)) {
                        store.delete(at.at(gone.path()));
                    }
                }
                return;
            }
            // Another table joined in between.
        }
        throw new IOException("dataset: " + at + "/" + Manifest.NAME + " = changed " + TRIES
                + " times meanwhile (expected: a quiet moment; the same command goes on from here)");
    }
}
