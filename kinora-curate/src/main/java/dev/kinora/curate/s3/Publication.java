package dev.kinora.curate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Puts a finished dataset into a bucket. A claim comes first, under which only these very bytes may be put there; then
 * every file that is not there yet; the manifest last, and only if there is none. Stopped anywhere, the same call goes on,
 * and two at once do no harm: they put the same bytes.
 */
public final class Publication {
    /** Object that says which dataset is on its way to a place; gone when it is there. */
    static final String CLAIM = ".claim";

    private final S3 store;
    private final S3Uri to;
    private final Uploads uploads;
    private final CurateListener listener;

    /** Publishes with parts of the usual size. */
    public Publication(S3 store, S3Uri to, CurateListener listener) {
        this(store, to, Uploads.PART_BYTES, listener);
    }

    /**
     * @param to a place with no dataset, or with this one
     * @param partBytes files above this go up in parts of this; S3 takes no less than 5 MiB
     */
    Publication(S3 store, S3Uri to, long partBytes, CurateListener listener) {
        this.store = store;
        this.to = to;
        uploads = new Uploads(store, partBytes, listener);
        this.listener = listener;
    }

    /**
     * Puts it there.
     *
     * @param dataset a finished one
     * @return how many files went up; those that were there already did not
     * @throws IOException if another dataset is there or on its way there, or the store fails
     * @throws CancellationException if the listener asked to stop
     */
    public int publish(Path dataset) throws IOException {
        Manifest manifest = Manifest.read(dataset);
        Path last = dataset.resolve(Manifest.NAME);
        byte[] content = Files.readAllBytes(last);
        if (there(content)) {
            store.delete(to.at(CLAIM));
            return 0;
        }
        claim(Hashes.ofBytes(content).getBytes(UTF_8));
        // Whoever held the claim before may have finished in between.
        if (there(content)) {
            store.delete(to.at(CLAIM));
            return 0;
        }
        listener.onStage("publish", manifest.files().size() + 1);
        int sent = 0;
        int done = 0;
        for (Manifest.Entry entry : manifest.files()) {
            if (listener.stopRequested()) {
                throw new CancellationException("curate: stopped");
            }
            sent += uploads.put(dataset.resolve(entry.path()), to.at(entry.path()), entry.sha256()) ? 1 : 0;
            listener.onStep(++done);
        }
        if (!uploads.create(to.at(Manifest.NAME), content) && !there(content)) {
            throw taken(to.at(Manifest.NAME));
        }
        store.delete(to.at(CLAIM));
        listener.onStep(++done);
        return sent + 1;
    }

    private boolean there(byte[] manifest) throws IOException {
        Optional<byte[]> found = store.read(to.at(Manifest.NAME));
        if (found.isPresent() && !Arrays.equals(found.get(), manifest)) {
            throw taken(to.at(Manifest.NAME));
        }
        return found.isPresent();
    }

    private IOException taken(S3Uri by) {
        return new IOException("curate: --out = " + to + " (expected: a place without another dataset; " + by
                + " is of other files or options)");
    }

    private void claim(byte[] mine) throws IOException {
        S3Uri at = to.at(CLAIM);
        if (!uploads.create(at, mine)) {
            Optional<byte[]> theirs = store.read(at);
            if (theirs.isPresent() && !Arrays.equals(theirs.get(), mine)) {
                throw taken(at);
            }
        }
    }
}
