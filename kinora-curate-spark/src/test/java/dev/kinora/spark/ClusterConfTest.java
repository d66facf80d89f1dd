package dev.kinora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.WorkerLaunch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark is told. */
class ClusterConfTest {
    private static final WorkerLaunch JARS = new WorkerLaunch(List.of("/k/kinora-curate.jar", "/m/ffmpeg.jar"), "");

    private static ClusterConf of(SparkConf conf, String master, Map<String, String> more, WorkerLaunch launch) {
        return ClusterConf.of(conf, new EngineSettings(master, more), Runs.LIMITS, launch);
    }

    private static ClusterConf of(String master, Map<String, String> more) {
        return of(new SparkConf(false), master, more, JARS);
    }

    @Test
    void anExecutorsContainerHasRoomForItsWorkers() {
        assertThat(of("spark://head:7077", Map.of()).spark().get("spark.executor.memoryOverhead"))
                .isEqualTo(2048 + 512 + "m");
        Map<String, String> four = Map.of("spark.executor.cores", "8", "spark.task.cpus", "2");
        assertThat(of("spark://head:7077", four).spark().get("spark.executor.memoryOverhead"))
                .isEqualTo(4 * 2048 + 512 + "m");
        assertThat(of("yarn", Map.of("spark.executor.memoryOverhead", "9g"))
                        .spark()
                        .get("spark.executor.memoryOverhead"))
                .isEqualTo("9g");
    }

    @Test
    void jarsAreSentToExecutorsThatDoNotHaveThem() {
        ClusterConf sent = of("spark://head:7077", Map.of());
        assertThat(sent.spark().get("spark.jars")).isEqualTo("/k/kinora-curate.jar,/m/ffmpeg.jar");
        assertThat(sent.launch().classPath()).containsExactly("kinora-curate.jar", "ffmpeg.jar");

        ClusterConf installed = of("spark://head:7077", Map.of(ClusterConf.INSTALLED, "true"));
        assertThat(installed.spark().contains("spark.jars")).isFalse();
        assertThat(installed.spark().get("spark.executor.extraClassPath")).isEqualTo("/k/kinora-curate.jar");
        assertThat(installed.launch()).isEqualTo(JARS);

        SparkConf submitted = new SparkConf(false)
                .setMaster("spark://head:7077")
                .set("spark.jars", "file:/a/kinora-cli.jar,hdfs://b/duckdb.jar");
        ClusterConf taken = of(submitted, "", Map.of(), JARS);
        assertThat(taken.spark().get("spark.master")).isEqualTo("spark://head:7077");
        assertThat(taken.launch().classPath()).containsExactly("kinora-cli.jar", "duckdb.jar");
    }

    @Test
    void anExecutorTakesPathsThatItHasAndElseWhatWasSent(@TempDir Path folder) throws Exception {
        Path here = Files.createFile(folder.resolve("a.jar"));
        Path sent =
                Files.createFile(Files.createDirectory(folder.resolve("sent")).resolve("b.jar"));
        WorkOrder order = new WorkOrder(
                new dev.kinora.curate.engine.Assignment(Runs.PLAN.recipe(), Runs.LIMITS, Map.of()),
                folder.toUri().toString(),
                "",
                List.of(here.toString(), "/elsewhere/b.jar"),
                "/elsewhere/natives");
        assertThat(WorkOrder.of(order.toJson())).isEqualTo(order);
        WorkerLaunch launch =
                order.launch(name -> folder.resolve("sent").resolve(name).toString());
        assertThat(launch).isEqualTo(new WorkerLaunch(List.of(here.toString(), sent.toString()), ""));
        assertThatThrownBy(() -> order.launch(name -> folder.resolve(name).toString()))
                .hasMessageStartingWith("curate: jar = /elsewhere/b.jar (expected: ");
    }

    @Test
    void whatCannotWorkIsRefusedAtOnce() {
        assertThatThrownBy(() -> of("local", Map.of("executor.cores", "2")))
                .hasMessage("curate: conf = executor.cores (expected: a key that begins with spark.)");
        WorkerLaunch classes = new WorkerLaunch(List.of("/src/classes"), "");
        assertThatThrownBy(() -> of(new SparkConf(false), "spark://head:7077", Map.of(), classes))
                .hasMessageStartingWith("curate: class path = /src/classes (expected: jars");
    }
}
