package dev.kinora.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kinora.curate.engine.Assignment;
import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.EngineSettings;
import dev.kinora.curate.engine.Engines;
import dev.kinora.curate.engine.FileTask;
import dev.kinora.curate.engine.JournalFolder;
import dev.kinora.curate.engine.LocalEngine;
import dev.kinora.curate.engine.WorkerLaunch;
import dev.kinora.curate.worker.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark in this process: the same bytes as the local engine, exactly once whatever Spark repeats, stopped and resumed. */
class SparkEngineTest {
    private static final EngineSettings TWO = new EngineSettings("local[2]", Map.of());

    @TempDir
    private Path folder = Path.of("");

    /** Hears all and may stop when curating begins. */
    private static final class Listener implements CurateListener {
        private final boolean stopping;
        private final List<String> heard = new ArrayList<>();
        private volatile boolean stop;

        Listener(boolean stopping) {
            this.stopping = stopping;
        }

        @Override
        public void onStage(String name, int steps) {
            heard.add(name + " " + steps);
            stop |= stopping && name.equals("curate");
        }

        @Override
        public void onStep(int done) {
            heard.add(Integer.toString(done));
        }

        @Override
        public boolean stopRequested() {
            return stop;
        }
    }

    @Test
    void makesWhatTheLocalEngineMakesAndStoppedLeavesWhatThatGoesOnFrom() throws Exception {
        Path raw = Runs.raw(folder, 3);
        Map<String, String> expected = Runs.local(raw, folder.resolve("local"));
        assertThat(expected).containsKeys("manifest.json", "clips.parquet", "files.parquet");

        Path whole = folder.resolve("spark");
        Listener all = new Listener(false);
        Engines.create("spark", Runs.PLAN, Runs.LIMITS, TWO, all).run(List.of(raw), whole);
        assertThat(Runs.bytes(whole)).isEqualTo(expected);
        assertThat(all.heard).containsExactly("hash 4", "1", "2", "3", "4", "curate 4", "1", "2", "3", "4", "commit 0");

        Path dataset = folder.resolve("stopped");
        Listener stopping = new Listener(true);
        assertThatThrownBy(() -> Engines.create("spark", Runs.PLAN, Runs.LIMITS, TWO, stopping)
                        .run(List.of(raw), dataset))
                .isInstanceOf(CancellationException.class);
        assertThat(dataset.resolve("manifest.json")).doesNotExist();
        JournalFolder journal = new JournalFolder(dataset.resolve(".work"));
        long finished = sources(raw).values().stream().filter(journal::has).count();
        assertThat(finished).as("files done before the stop").isBetween(0L, 4L);
        int curated = new LocalEngine(Runs.PLAN, Runs.LIMITS, CurateListener.SILENT)
                .run(List.of(raw), dataset)
                .curated();
        assertThat(curated).isEqualTo(4 - (int) finished);
        assertThat(Runs.bytes(dataset)).isEqualTo(expected);
    }

    @Test
    void attemptsAtOneFileLeaveOneResult() throws Exception {
        Path raw = Runs.raw(folder, 1);
        Path file = raw.resolve("v0.mp4");
        String sha256 = Hashes.ofFile(file);
        JournalFolder journal = journal();
        List<String> attempts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            attempts.add(WorkOrder.line(sha256, Files.size(file), file.toUri().toString()));
        }
        WorkOrder order = order(journal);
        try (JavaSparkContext spark =
                new JavaSparkContext(ClusterConf.of(new EngineSettings("local[3]", Map.of()), Runs.LIMITS)
                        .spark())) {
            spark.parallelize(attempts, attempts.size()).foreach(new CurateFile(order.toJson()));
        } finally {
            ExecutorWorkers.HERE.close();
        }
        assertThat(journal.of(sha256).outcome().status()).isEqualTo("ok");
        assertThat(names(journal.path().resolve("done"))).containsExactly(sha256);
        assertThat(names(journal.path().resolve("half"))).isEmpty();
    }

    @Test
    void aFileThatExecutorsDoNotSeeFailsTheRunAndIsNoOutcome() throws Exception {
        Path raw = Runs.raw(folder, 1);
        Path gone = raw.resolve("gone.mp4");
        FileTask task = new FileTask("0".repeat(64), gone, 5);
        assertThatThrownBy(() -> WorkOrder.task(
                        WorkOrder.line(task.sha256(), task.bytes(), gone.toUri().toString())))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("curate: file = " + gone + " (expected: ");
        Path other = raw.resolve("v0.mp4");
        assertThatThrownBy(() -> WorkOrder.task(
                        WorkOrder.line(task.sha256(), 5, other.toUri().toString())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("(expected: 5, as when it was hashed)");
    }

    private JournalFolder journal() throws IOException {
        JournalFolder journal = new JournalFolder(folder.resolve("journal"));
        Files.createDirectories(journal.path().resolve("half"));
        Files.createDirectories(journal.path().resolve("done"));
        return journal;
    }

    private static WorkOrder order(JournalFolder journal) {
        WorkerLaunch launch = WorkerLaunch.here();
        return new WorkOrder(
                new Assignment(Runs.PLAN.recipe(), Runs.LIMITS, Map.of()),
                journal.path().toUri().toString(),
                "",
                launch.classPath(),
                launch.natives());
    }

    private static Map<String, String> sources(Path raw) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (String name : names(raw)) {
            all.put(name, Hashes.ofFile(raw.resolve(name)));
        }
        return all;
    }

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> all = Files.list(in)) {
            return all.map(p -> String.valueOf(p.getFileName())).sorted().toList();
        }
    }
}
