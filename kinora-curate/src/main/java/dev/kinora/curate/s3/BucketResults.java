package dev.kinora.curate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.ResultRelay;
import dev.kinora.curate.worker.Hashes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Results of files in a hidden folder of the bucket's dataset, a tar for each: executors put them there, the driver
 * fetches them. An object appears whole; one that another attempt puts in its place holds equal work. A plan's text
 * guards the folder, so that results of other options never mix.
 */
public final class BucketResults implements ResultRelay {
    private static final String WORK = ".work";
    private static final String PLAN = "plan.json";
    private static final String ENDING = ".tar";

    private final S3 store;
    private final S3Uri dataset;
    private final S3Uri folder;

    /** @param dataset where the dataset goes in the end */
    public BucketResults(S3 store, S3Uri dataset) {
        this.store = store;
        this.dataset = dataset;
        folder = dataset.at(WORK);
    }

    @Override
    public String ticket() {
        return Tickets.of(store, dataset);
    }

    private Uploads uploads() {
        return new Uploads(store, Uploads.PART_BYTES, CurateListener.SILENT);
    }

    private S3Uri at(String sha256) {
        return folder.at("done/" + sha256 + ENDING);
    }

    @Override
    public void open(String plan) throws IOException {
        byte[] mine = plan.getBytes(UTF_8);
        if (!uploads().create(folder.at(PLAN), mine)) {
            Optional<byte[]> theirs = store.read(folder.at(PLAN));
            if (theirs.isPresent() && !Arrays.equals(theirs.get(), mine)) {
                throw new IOException("curate: --out = " + dataset
                        + " (expected: another place; this one holds an unfinished run with other options)");
            }
        }
    }

    @Override
    public boolean has(String sha256) throws IOException {
        return store.head(at(sha256)) != null;
    }

    @Override
    public Set<String> all() throws IOException {
        Set<String> found = new TreeSet<>();
        for (S3Uri uri : store.below(folder.at("done"))) {
            String name = uri.key().substring(uri.key().lastIndexOf('/') + 1);
            if (name.endsWith(ENDING)) {
                found.add(name.substring(0, name.length() - ENDING.length()));
            }
        }
        return found;
    }

    @Override
    public void put(String sha256, Path result) throws IOException {
        if (has(sha256)) {
            return;
        }
        Path tar = Files.createTempFile(result.toAbsolutePath().getParent(), "result", ENDING);
        try {
            pack(result, tar);
            uploads().put(tar, at(sha256), Hashes.ofFile(tar));
        } finally {
            Files.deleteIfExists(tar);
        }
    }

    private static void pack(Path result, Path tar) throws IOException {
        try (Stream<Path> inside = Files.list(result);
                TarArchiveOutputStream out = new TarArchiveOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(tar), 1 << 16), "UTF-8")) {
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            List<Path> files = inside.sorted().toList();
            for (Path file : files) {
                TarArchiveEntry entry = new TarArchiveEntry(String.valueOf(file.getFileName()));
                entry.setSize(Files.size(file));
                entry.setModTime(0);
                out.putArchiveEntry(entry);
                Files.copy(file, out);
                out.closeArchiveEntry();
            }
        }
    }

    @Override
    public void fetch(String sha256, Path to) throws IOException {
        S3Uri from = at(sha256);
        HeadObjectResponse head = store.head(from);
        if (head == null) {
            throw new IOException("curate: " + from + " = none (expected: the result that an executor left)");
        }
        Path tar = Files.createTempFile(to.toAbsolutePath().getParent(), "result", ENDING);
        try {
            new S3File(store, from, head.contentLength(), head.eTag(), 0).fetch(tar);
            if (!Hashes.ofFile(tar).equals(Uploads.sha256(head))) {
                throw new IOException(
                        "curate: " + from + ", sha256 = another (expected: " + Uploads.sha256(head) + ")");
            }
            unpack(tar, to);
        } finally {
            Files.deleteIfExists(tar);
        }
    }

    private static void unpack(Path tar, Path to) throws IOException {
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(tar), 1 << 16), "UTF-8")) {
            for (TarArchiveEntry entry; (entry = in.getNextEntry()) != null; ) {
                Path file = to.resolve(entry.getName()).normalize();
                if (!to.equals(file.getParent())) {
                    throw new IOException("curate: result = " + entry.getName() + " (expected: files without folders)");
                }
                Files.copy(in, file);
            }
        }
    }

    /** Removes all of it: the dataset stands. */
    public void remove() throws IOException {
        // The plan last: while a result is left, so is what it belongs to.
        for (S3Uri uri : store.below(folder.at("done"))) {
            store.delete(uri);
        }
        for (S3Uri uri : store.below(folder)) {
            store.delete(uri);
        }
    }
}
