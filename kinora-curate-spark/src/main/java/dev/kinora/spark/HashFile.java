package dev.kinora.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.kinora.curate.engine.UnreadableFileException;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Job;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;

/** From a file's URI or ticket to what is known of it, as JSON. */
final class HashFile implements Function<String, String> {
    private static final long serialVersionUID = 1L;

    /**
     * What is known of a file.
     *
     * @param sha256 of its content; empty where it cannot be had
     * @param bytes its size
     * @param keeper the executor that has it in its spool, as a preferred place; empty where none has
     * @param errorClass why it cannot be had
     * @param message the same for people
     */
    record Answer(String sha256, long bytes, String keeper, String errorClass, String message) {
        static Answer of(String json) throws IOException {
            return Job.JSON.readValue(json, Answer.class);
        }

        String toJson() {
            try {
                return Job.JSON.writeValueAsString(this);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("HashFile: not serialisable", e);
            }
        }
    }

    private final long spoolBytes;

    /** @param spoolBytes of fetched files that an executor may keep */
    HashFile(long spoolBytes) {
        this.spoolBytes = spoolBytes;
    }

    @Override
    public String call(String file) throws IOException {
        return (WorkOrder.isTicket(file) ? remote(file) : local(file)).toJson();
    }

    private static Answer local(String uri) throws IOException {
        Path file = WorkOrder.readable(Path.of(URI.create(uri)));
        return new Answer(Hashes.ofFile(file), Files.size(file), "", "", "");
    }

    private Answer remote(String ticket) throws IOException {
        try {
            Path file = ExecutorSpool.HERE.take(ticket);
            String sha256 = Hashes.ofFile(file);
            long bytes = Files.size(file);
            SparkEnv env = SparkEnv.get();
            boolean kept = ExecutorSpool.HERE.keep(ticket, file, spoolBytes);
            String here = Placed.here(env.blockManager().blockManagerId().host(), env.executorId());
            return new Answer(sha256, bytes, kept ? here : "", "", "");
        } catch (UnreadableFileException e) {
            return new Answer("", 0, "", e.errorClass(), String.valueOf(e.getMessage()));
        }
    }
}
