package dev.kinora.curate.s3;

import dev.kinora.curate.engine.CurateListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Puts files and small contents into a bucket, each whole or not at all, under conditions where the store knows them. */
final class Uploads {
    /** Files above this go up in parts of this; S3 takes no less than 5 MiB. */
    static final long PART_BYTES = 64L << 20;

    private static final String SHA256 = "kinora-sha256";
    private static final String MEDIA_TYPE = "application/octet-stream";
    private static final int CONFLICT = 412;
    private static final int NOT_IMPLEMENTED = 501;

    private final S3 store;
    private final long partBytes;
    private final CurateListener listener;

    Uploads(S3 store, long partBytes, CurateListener listener) {
        this.store = store;
        this.partBytes = partBytes;
        this.listener = listener;
    }

    /** Makes a small object if there is none; false if there is one. */
    boolean create(S3Uri at, byte[] content) throws IOException {
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
        put(at, content);
        return true;
    }

    /** Puts a small object in the place of the one with this ETag; false if there is another or none. */
    boolean replace(S3Uri at, String etag, byte[] content) throws IOException {
        try {
            store.client().putObject(request(at, content).ifMatch(etag).build(), RequestBody.fromBytes(content));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == CONFLICT || e.statusCode() == 404) {
                return false;
            }
            if (e.statusCode() != NOT_IMPLEMENTED) {
                throw S3.failed(at, e);
            }
        } catch (SdkException e) {
            throw S3.failed(at, e);
        }
        HeadObjectResponse head = store.head(at);
        if (head == null || !head.eTag().equals(etag)) {
            return false;
        }
        put(at, content);
        return true;
    }

    private void put(S3Uri at, byte[] content) throws IOException {
        try {
            store.client().putObject(request(at, content).build(), RequestBody.fromBytes(content));
        } catch (SdkException e) {
            throw S3.failed(at, e);
        }
    }

    private static PutObjectRequest.Builder request(S3Uri at, byte[] content) {
        return PutObjectRequest.builder().bucket(at.bucket()).key(at.key()).contentMD5(md5(content));
    }

    /** Puts a file unless it is there; whether it was put. */
    boolean put(Path file, S3Uri at, String sha256) throws IOException {
        long size = Files.size(file);
        try {
            HeadObjectResponse head = store.head(at);
            if (head != null && head.contentLength() == size && sha256.equals(sha256(head))) {
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

    /** The hash that an object was put with; empty where it was put by somebody else. */
    static String sha256(HeadObjectResponse head) {
        return head.metadata().getOrDefault(SHA256, "");
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
                                        () -> new ByteArrayInputStream(part(file, begin, length)), length, MEDIA_TYPE))
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
