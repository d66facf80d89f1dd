package dev.kinora.curate.s3;

import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.engine.UnreadableFileException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An object of a bucket as it was listed. A connection that breaks is taken up where it broke; an object that has become
 * another since is refused.
 */
record S3File(S3 store, S3Uri at, long bytes, String etag, long modifiedMillis) implements RemoteFile {
    /** Why a store refuses whatever is asked, which is no fault of an object. */
    private static final Set<String> OF_THE_CALLER = Set.of(
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "RequestTimeTooSkewed",
            "ExpiredToken",
            "InvalidToken",
            "TokenRefreshRequired",
            "AccountProblem",
            "NotSignedUp");

    /** As it was listed. */
    static S3File of(S3 store, S3Uri at, S3Object listed) {
        Instant modified = listed.lastModified();
        return new S3File(store, at, listed.size(), listed.eTag(), modified == null ? 0 : modified.toEpochMilli());
    }

    @Override
    public String version() {
        return etag + " " + modifiedMillis;
    }

    @Override
    public String ticket() {
        return Tickets.of(this);
    }

    @Override
    public String name() {
        return at.toString();
    }

    @Override
    public void fetch(Path to) throws IOException {
        Files.deleteIfExists(to);
        Files.createFile(to);
        for (int attempt = 1; ; attempt++) {
            try {
                if (fetchFrom(Files.size(to), to)) {
                    return;
                }
                throw new IOException("the body ended early");
            } catch (S3Exception e) {
                Files.deleteIfExists(to);
                throw refused(e);
            } catch (SdkClientException | IOException e) {
                if (attempt == store.settings().attempts()) {
                    Files.deleteIfExists(to);
                    throw S3.failed(at, e);
                }
                pause(attempt);
            }
        }
    }

    private boolean fetchFrom(long have, Path to) throws IOException {
        GetObjectRequest.Builder request =
                GetObjectRequest.builder().bucket(at.bucket()).key(at.key()).ifMatch(etag);
        if (have > 0 && have < bytes) {
            request.range("bytes=" + have + "-");
        }
        try (ResponseInputStream<GetObjectResponse> in = store.client().getObject(request.build());
                OutputStream out = Files.newOutputStream(to, StandardOpenOption.APPEND)) {
            in.transferTo(out);
        }
        return Files.size(to) == bytes;
    }

    private IOException refused(S3Exception e) {
        String code = e.awsErrorDetails().errorCode();
        if (OF_THE_CALLER.contains(code)) {
            return S3.failed(at, e);
        }
        String said = at + ": " + code + " (expected: an object that can be read)";
        return switch (e.statusCode()) {
            case 404 -> new UnreadableFileException("missing", said, e);
            case 403 -> new UnreadableFileException("denied", said, e);
            case 412 -> new UnreadableFileException("changed", said, e);
            default -> S3.failed(at, e);
        };
    }

    private void pause(int attempt) throws IOException {
        try {
            Thread.sleep(store.settings().pauseAfter(attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("s3: interrupted", e);
        }
    }
}
