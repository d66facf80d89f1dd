package dev.kinora.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.Engine;
import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.Inputs;
import dev.kinora.curate.engine.LocalEngine;
import dev.kinora.curate.engine.RemoteFile;
import dev.kinora.curate.s3.BucketResults;
import dev.kinora.curate.s3.S3;
import dev.kinora.curate.s3.S3Uri;
import dev.kinora.testkit.S3Double;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a bucket to a bucket: what Spark puts there is what the local engine does, and nothing is shared but the bucket. */
class BucketsTest {
    private static final String SECRET = "never-in-a-task";

    @TempDir
    private Path folder = Path.of("");

    private final S3Double server;
    private final S3 store;

    BucketsTest() throws IOException {
        server = new S3Double();
        store = new S3(Runs.store(server.endpoint()));
    }

    @BeforeEach
    void signAsTheDoubleExpects() {
        System.setProperty("aws.accessKeyId", S3Double.KEY);
        System.setProperty("aws.secretAccessKey", SECRET);
    }

    @AfterEach
    void close() {
        store.close();
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void sparkMakesOfABucketWhatTheLocalEngineMakes() throws Exception {
        Path raw = Runs.raw(folder, 2);
        for (String name : List.of("v0.mp4", "v1.mp4", "broken.mp4")) {
            server.put("raw/" + name, Files.readAllBytes(raw.resolve(name)));
        }
        server.put("raw/denied.mp4", "kept from us".getBytes(UTF_8));
        server.put("raw/gone.mp4", "removed after it was listed".getBytes(UTF_8));
        server.faults = r -> r.endsWith("denied.mp4") ? S3Double.Fault.DENY : S3Double.Fault.NONE;
        List<RemoteFile> files = store.find(S3Uri.parse("s3://bucket/raw"));
        server.objects.remove("raw/gone.mp4");

        run(new LocalEngine(Runs.PLAN, Runs.LIMITS, CurateListener.SILENT), files, "local");
        Map<String, String> expected = Runs.published(server, "local/");
        assertThat(expected).containsKeys("manifest.json", "clips.parquet", "files.parquet");

        server.requests.clear();
        Path made = run(spark(), files, "spark");
        assertThat(server.requests.stream().filter(r -> r.equals("GET /bucket/raw/v0.mp4")))
                .as("an executor keeps what it has hashed")
                .hasSize(1);
        BucketResults results = results("spark");
        assertThat(files.getFirst().ticket() + results.ticket()).doesNotContain(SECRET);

        // The driver's disk is lost, with what it remembered: the results are in the bucket still.
        server.requests.clear();
        Path found = folder.resolve("found");
        spark().run(new Inputs(List.of(), files, 1 << 20, results), found);
        assertThat(server.requests)
                .filteredOn(r -> r.startsWith("PUT"))
                .containsExactly("PUT /bucket/spark/.work/plan.json");
        assertThat(Runs.bytes(found)).isEqualTo(Runs.bytes(made));
        assertThatThrownBy(() -> results.open("other options"))
                .hasMessageContaining("unfinished run with other options");
        results.remove();
        assertThat(Runs.published(server, "spark/")).isEqualTo(expected);
    }

    private static Engine spark() {
        return new SparkEngine(Runs.PLAN, Runs.LIMITS, new EngineSettings("local[2]", Map.of()), CurateListener.SILENT);
    }

    private BucketResults results(String name) {
        return new BucketResults(store, S3Uri.parse("s3://bucket/" + name));
    }

    private Path run(Engine engine, List<RemoteFile> files, String name) throws IOException {
        Path work = folder.resolve("work-" + name);
        Runs.toBucket(engine, store, files, name, work);
        return work;
    }
}
