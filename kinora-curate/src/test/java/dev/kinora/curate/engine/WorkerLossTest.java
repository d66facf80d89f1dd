package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kinora.curate.Footage;
import dev.kinora.curate.dataset.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that stops or dies costs at most the file it is at. */
class WorkerLossTest {
    @TempDir
    private Path folder = Path.of("");

    private Path raw() throws IOException {
        Path raw = Files.createDirectories(folder.resolve("raw"));
        for (int i = 0; i < 3; i++) {
            Footage.video(raw.resolve("v" + i + ".mp4"), i, 64, 48, 8);
        }
        return raw;
    }

    /** Stops the worker once it has done its first file, so that it hangs in its second. */
    private static LocalEngine hanging(double stallSeconds, AtomicReference<Long> stopped) {
        AtomicReference<LocalEngine> self = new AtomicReference<>();
        CurateListener listener = new CurateListener() {
            private String stage = "";

            @Override
            public void onStage(String name, int steps) {
                stage = name;
            }

            @Override
            public void onStep(int done) {
                if (stage.equals("curate") && done == 1) {
                    long pid = self.get().workers().getFirst();
                    signal("STOP", pid);
                    stopped.set(pid);
                }
            }
        };
        LocalEngine engine = new LocalEngine(Runs.PLAN, Runs.limits(1, stallSeconds), listener);
        self.set(engine);
        return engine;
    }

    private static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assumeSignals() {
        assumeTrue(Files.exists(Path.of("/bin/kill")), "SKIPPED: no kill command on this machine");
    }

    private List<String> outcomes(Path out) throws Exception {
        return Runs.rows("SELECT regexp_extract(source, 'v[0-9]'), status, error_class FROM read_parquet('"
                + out.resolve(Manifest.FILES) + "') ORDER BY source");
    }

    @Test
    void aFileThatHangsTimesOutAlone() throws Exception {
        assumeSignals();
        Path out = folder.resolve("hang");
        hanging(3, new AtomicReference<>()).run(List.of(raw()), out);
        assertThat(outcomes(out)).containsExactly("v0 ok ", "v1 error timeout", "v2 ok ");
    }

    @Test
    void aWorkerKilledFromOutsideIsReplacedAndItsFileTriedAgain() throws Exception {
        assumeSignals();
        Path out = folder.resolve("kill");
        AtomicReference<Long> stopped = new AtomicReference<>();
        LocalEngine engine = hanging(60, stopped);
        Thread killer = Thread.ofVirtual().start(() -> {
            try {
                while (stopped.get() == null) {
                    Thread.sleep(20);
                }
                Thread.sleep(300);
                signal("KILL", stopped.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        engine.run(List.of(raw()), out);
        killer.join();
        assertThat(outcomes(out)).containsExactly("v0 ok ", "v1 ok ", "v2 ok ");
    }

    @Test
    void aWorkerThatDoesNotStartIsNoFilesFault() throws IOException {
        JournalFolder journal = new JournalFolder(folder.resolve("journal"));
        journal.open();
        Assignment assignment = new Assignment(Runs.PLAN.recipe(), Runs.limits(1, 60), Map.of());
        WorkerLaunch nowhere = new WorkerLaunch(List.of(folder.resolve("no.jar").toString()), "");
        FileTask task = new FileTask("a".repeat(64), folder.resolve("v0.mp4"), 1);
        try (WorkerSlot slot = new WorkerSlot(assignment, nowhere, journal.log("worker"))) {
            assertThatThrownBy(() -> slot.curate(task, journal, "1", () -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("curate: worker: exit code = 1 ")
                    .hasMessageContaining("2 times before its first file (expected: that it starts");
        }
        assertThat(journal.has(task.sha256())).isFalse();
    }
}
