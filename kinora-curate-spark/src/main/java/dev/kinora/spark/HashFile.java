package dev.kinora.spark;

import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.api.java.function.Function;

/** From a file's URI to its hash and size. */
final class HashFile implements Function<String, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String call(String uri) throws IOException {
        Path file = WorkOrder.readable(Path.of(URI.create(uri)));
        return Hashes.ofFile(file) + " " + Files.size(file);
    }
}
