package dev.kinora.curate.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.engine.ResultRelay;
import dev.kinora.curate.worker.Job;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What travels to another machine in place of an object: where it lies and how its store is reached, as a line of JSON.
 * Credentials do not: whoever holds a ticket has its own, from where the AWS SDK finds them there.
 */
public final class Tickets {
    /** The stores that tickets of this process have led to, for as long as it lives. */
    private static final Map<S3Settings, S3> STORES = new ConcurrentHashMap<>();

    /** A file, or, of no version, a place for results. */
    private record Ticket(S3Settings store, String bucket, String key, long bytes, String etag, long modifiedMillis) {}

    private Tickets() {}

    static String of(S3File f) {
        return line(new Ticket(
                f.store().settings(), f.at().bucket(), f.at().key(), f.bytes(), f.etag(), f.modifiedMillis()));
    }

    static String of(S3 store, S3Uri place) {
        return line(new Ticket(store.settings(), place.bucket(), place.key(), 0, "", 0));
    }

    private static String line(Ticket ticket) {
        try {
            return Job.JSON.writeValueAsString(ticket);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Tickets: not serialisable", e);
        }
    }

    /** The file that a ticket is for. */
    public static RemoteFile file(String ticket) throws IOException {
        Ticket t = Job.JSON.readValue(ticket, Ticket.class);
        return new S3File(store(t), new S3Uri(t.bucket, t.key), t.bytes, t.etag, t.modifiedMillis);
    }

    /** The place for results that a ticket is for. */
    public static ResultRelay results(String ticket) throws IOException {
        Ticket t = Job.JSON.readValue(ticket, Ticket.class);
        return new BucketResults(store(t), new S3Uri(t.bucket, t.key));
    }

    private static S3 store(Ticket ticket) {
        return STORES.computeIfAbsent(ticket.store, S3::new);
    }
}
