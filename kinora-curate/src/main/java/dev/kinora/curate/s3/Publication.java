package dev.kinora.curate.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Puts a finished dataset into a bucket. A claim comes first, under which only these very bytes may be put there; then
 * every file that is not there yet; the manifest last, and only if there is none. Stopped anywhere, the same call goes on,
 * and two at once do no harm: they put the same bytes.
 */
public final class Publication {
    /** Object that says which dataset is on its way to a place; gone when it is there. */
    static final String CLAIM = ".claim";

    private static final String SHA256 = "kinora-sha256";
    private static final String MEDIA_TYPE = "application/octet-stream";
    private static final int CONFLICT = 412;
    private static final int NOT_IMPLEMENTED = 501;

    private final S3 store;
    private final S3Uri to;
    private final long partBytes;
    private final CurateListener listener;

    /**
     * @param to a place with no dataset, or with this one
     * @param partBytes files above this go up in parts of this; S3 takes no less than 5 MiB
     */
    public Publication(S3 store, S3Uri to, long partBytes, CurateListener listener) {
        this.store = store;
        this.to = to;
        this.partBytes = partBytes;
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
            delete(to.at(CLAIM));
            return 0;
        }
        claim(Hashes.ofBytes(content).getBytes(UTF_8));
        // Whoever held the claim before may have finished in between.
        if (there(content)) {
            delete(to.at(CLAIM));
            return 0;
        }
        listener.onStage("publish", manifest.files().size() + 1);
        int sent = 0;
        int done = 0;
        for (Manifest.Entry entry : manifest.files()) {
            if (listener.stopRequested()) {
                throw new CancellationException("curate: stopped");
            }
            sent += put(dataset.resolve(entry.path()), to.at(entry.path()), entry.sha256()) ? 1 : 0;
            listener.onStep(++done);
        }
        if (!create(to.at(Manifest.NAME), content) && !there(content)) {
            throw taken(to.at(Manifest.NAME));
        }
        delete(to.at(CLAIM));
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
        if (!create(at, mine)) {
            Optional<byte[]> theirs = store.read(at);
            if (theirs.isPresent() && !Arrays.equals(theirs.get(), mine)) {
                throw taken(at);
            }
        }
    }

    /** Makes a small object if there is none; false if there is one. */
    private boolean create(S3Uri at, byte[] content) throws IOException {
        try {
            store.client().putObject(request(at, content).ifNoneMatch("*").build(), RequestBody.fromBytes(content));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == CONFLICT) {
                return false;
            }
            if (e.statusCode() != NOT_IMPLEMENTED) {
                throw S3.failed(at, e);
            }
        } catch (SdkException e) {
            throw S3.failed(at, e);
        }
        // A store without conditions: look, then put.
        if (store.read(at).isPresent()) {
            return false;
        }
        try {
            store.client().putObject(request(at, content).build(), RequestBody.fromBytes(content));
            return true;
        } catch (SdkException e) {
            throw S3.failed(at, e);
        }
    }

    private static PutObjectRequest.Builder request(S3Uri at, byte[] content) {
        return PutObjectRequest.builder().bucket(at.bucket()).key(at.key()).contentMD5(md5(content));
    }

    private void delete(S3Uri at) throws IOException {
        try {
            store.client().deleteObject(b -> b.bucket(at.bucket()).key(at.key()));
        } catch (SdkException e) {
            throw S3.failed(at, e);
        }
    }

    /** Puts a file unless it is there; whether it was put. */
    private boolean put(Path file, S3Uri at, String sha256) throws IOException {
        long size = Files.size(file);
        try {
            if (has(at, size, sha256)) {
                return false;
            }
            if (size > partBytes) {
                putParts(file, size, at, sha256);
            } else {
                byte[] content = Files.readAllBytes(file);
                store.client()
                        .putObject(
                                request(at, content)
                                        .metadata(Map.of(SHA256, sha256))
                                        .build(),
                                RequestBody.fromBytes(content));
            }
            return true;
        } catch (SdkException e) {
            throw S3.failed(at, e);
        }
    }

    private boolean has(S3Uri at, long size, String sha256) {
        try {
            HeadObjectResponse head =
                    store.client().headObject(b -> b.bucket(at.bucket()).key(at.key()));
            return head.contentLength() == size && sha256.equals(head.metadata().get(SHA256));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return false;
            }
            throw e;
        }
    }

    private void putParts(Path file, long size, S3Uri at, String sha256) throws IOException {
        String upload = store.client()
                .createMultipartUpload(b -> b.bucket(at.bucket()).key(at.key()).metadata(Map.of(SHA256, sha256)))
                .uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        boolean complete = false;
        try {
            for (long from = 0; from < size; from += partBytes) {
                long begin = from;
                long length = Math.min(partBytes, size - from);
                int number = parts.size() + 1;
                String etag = store.client()
                        .uploadPart(
                                b -> b.bucket(at.bucket())
                                        .key(at.key())
                                        .uploadId(upload)
                                        .partNumber(number)
                                        .contentMD5(md5(part(file, begin, length))),
                                RequestBody.fromContentProvider(
                                        () -> new java.io.ByteArrayInputStream(part(file, begin, length)),
                                        length,
                                        MEDIA_TYPE))
                        .eTag();
                parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
            }
            store.client()
                    .completeMultipartUpload(b ->
                            b.bucket(at.bucket()).key(at.key()).uploadId(upload).multipartUpload(m -> m.parts(parts)));
            complete = true;
        } finally {
            if (!complete) {
                abort(at, upload);
            }
        }
    }

    /** Parts that are never put together cost money for ever. */
    private void abort(S3Uri at, String upload) {
        try {
            store.client()
                    .abortMultipartUpload(
                            b -> b.bucket(at.bucket()).key(at.key()).uploadId(upload));
        } catch (SdkException e) {
            listener.onNote("warning: " + at + ": upload " + upload + " could not be given up: " + e.getMessage());
        }
    }

    private static byte[] part(Path file, long from, long length) {
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(from);
            return in.readNBytes(Math.toIntExact(length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String md5(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("MD5 is part of every JDK", e);
        }
    }
}
