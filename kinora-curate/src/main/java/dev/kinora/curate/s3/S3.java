package dev.kinora.curate.s3;

import dev.kinora.curate.engine.RemoteFile;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A store that speaks S3. For any number of threads. */
public final class S3 implements AutoCloseable {
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final S3Settings settings;
    private final S3Client client;

    /** Connects when it is first asked. */
    public S3(S3Settings settings) {
        this.settings = settings;
        BackoffStrategy pauses = BackoffStrategy.exponentialDelay(settings.pauseAfter(1), settings.pauseAfter(30));
        StandardRetryStrategy retries = AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(settings.attempts())
                .backoffStrategy(pauses)
                .throttlingBackoffStrategy(pauses)
                .build();
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(UrlConnectionHttpClient.builder()
                        .connectionTimeout(SILENCE)
                        .socketTimeout(SILENCE)
                        .build())
                .overrideConfiguration(c -> c.retryStrategy(retries))
                .forcePathStyle(settings.pathStyle())
                // Older stores know neither checksums in trailers nor signed chunks.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build());
        if (!settings.endpoint().isEmpty()) {
            builder.endpointOverride(URI.create(settings.endpoint()));
        }
        if (!settings.region().isEmpty()) {
            builder.region(Region.of(settings.region()));
        } else if (!settings.endpoint().isEmpty()) {
            builder.region(Region.US_EAST_1);
        }
        if (settings.anonymous()) {
            builder.credentialsProvider(AnonymousCredentialsProvider.create());
        }
        try {
            client = builder.build();
        } catch (SdkException e) {
            throw new IllegalArgumentException(
                    "s3: settings = " + settings + " (expected: a region and an address; " + e.getMessage() + ")", e);
        }
    }

    S3Client client() {
        return client;
    }

    S3Settings settings() {
        return settings;
    }

    /**
     * The object at an address, or every object below it of whose path no part begins with a dot.
     *
     * @throws IOException if there is none, or the store refuses
     */
    public List<RemoteFile> find(S3Uri where) throws IOException {
        List<RemoteFile> found = new ArrayList<>();
        String below = where.key().isEmpty() ? "" : where.key() + "/";
        try {
            for (S3Object o : client.listObjectsV2Paginator(
                            b -> b.bucket(where.bucket()).prefix(where.key()))
                    .contents()) {
                String key = o.key();
                boolean inside = key.startsWith(below) && !("/" + key.substring(below.length())).contains("/.");
                if (key.equals(where.key()) || (inside && !key.endsWith("/"))) {
                    found.add(S3File.of(this, new S3Uri(where.bucket(), key), o));
                }
            }
        } catch (SdkException e) {
            throw failed(where, e);
        }
        if (found.isEmpty()) {
            throw new NoSuchFileException(where.toString());
        }
        return found;
    }

    /** A small object; empty where there is none. */
    Optional<byte[]> read(S3Uri at) throws IOException {
        return content(at).map(Content::bytes);
    }

    /**
     * An object's content.
     *
     * @param bytes all of it
     * @param etag that it had
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Content(byte[] bytes, String etag) {}

    /** The same, and which it was. */
    Optional<Content> content(S3Uri at) throws IOException {
        try {
            ResponseBytes<GetObjectResponse> all =
                    client.getObjectAsBytes(b -> b.bucket(at.bucket()).key(at.key()));
            return Optional.of(new Content(all.asByteArray(), all.response().eTag()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failed(at, e);
        }
    }

    /**
     * A part of an object.
     *
     * @throws NoSuchFileException if there is no such object
     * @throws EOFException if it is shorter
     */
    byte[] range(S3Uri at, long offset, long bytes) throws IOException {
        try {
            byte[] part = client.getObjectAsBytes(b ->
                            b.bucket(at.bucket()).key(at.key()).range("bytes=" + offset + "-" + (offset + bytes - 1)))
                    .asByteArray();
            if (part.length != bytes) {
                throw new EOFException(at.toString());
            }
            return part;
        } catch (NoSuchKeyException e) {
            throw new NoSuchFileException(at.toString());
        } catch (S3Exception e) {
            if (e.statusCode() == 416) {
                throw new EOFException(at.toString());
            }
            throw failed(at, e);
        } catch (SdkException e) {
            throw failed(at, e);
        }
    }

    /** Facts of an object; null where there is none. */
    @Nullable
    HeadObjectResponse head(S3Uri at) throws IOException {
        try {
            return client.headObject(b -> b.bucket(at.bucket()).key(at.key()));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return null;
            }
            throw failed(at, e);
        } catch (SdkException e) {
            throw failed(at, e);
        }
    }

    /** Every object whose key begins with that of an address and a slash, hidden ones too. */
    List<S3Uri> below(S3Uri where) throws IOException {
        List<S3Uri> all = new ArrayList<>();
        try {
            for (S3Object o : client.listObjectsV2Paginator(
                            b -> b.bucket(where.bucket()).prefix(where.key() + "/"))
                    .contents()) {
                all.add(new S3Uri(where.bucket(), o.key()));
            }
        } catch (SdkException e) {
            throw failed(where, e);
        }
        return all;
    }

    /** Removes an object, if there is one. */
    void delete(S3Uri at) throws IOException {
        try {
            client.deleteObject(b -> b.bucket(at.bucket()).key(at.key()));
        } catch (SdkException e) {
            throw failed(at, e);
        }
    }

    static IOException failed(S3Uri at, Exception e) {
        return new IOException(
                at + ": request = failed (expected: an answer; the same command goes on from here; " + e.getMessage()
                        + ")",
                e);
    }

    @Override
    public void close() {
        client.close();
    }
}
