package dev.kinora.curate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as time that a process had, by what Linux would say of its threads. */
class WorkerClockTest {
    private static final long LOOK = 500_000_000;

    @TempDir
    private Path tasks = Path.of("");

    private long now;

    /** Says of a thread how many milliseconds it has run and waited since it began. */
    private void thread(String id, long ran, long waited) throws IOException {
        Path folder = Files.createDirectories(tasks.resolve(id));
        Files.writeString(folder.resolve("schedstat"), ran * 1_000_000 + " " + waited * 1_000_000 + " 7\n");
    }

    private double advance(WorkerClock clock, long nanos) {
        double was = clock.seconds();
        now += nanos;
        clock.advance(now);
        return clock.seconds() - was;
    }

    @Test
    void sleepingAndRunningCountWaitingForAProcessorDoesNot() throws IOException {
        WorkerClock clock = new WorkerClock(tasks, now);
        thread("1", 0, 0);
        assertThat(advance(clock, LOOK)).as("asleep").isCloseTo(0.5, within(1e-9));
        thread("1", 500, 0);
        assertThat(advance(clock, LOOK)).as("running").isCloseTo(0.5, within(1e-9));
        thread("1", 500, 500);
        assertThat(advance(clock, LOOK)).as("waiting").isCloseTo(0, within(1e-9));
        thread("1", 550, 900);
        assertThat(advance(clock, LOOK)).as("waiting most of the time").isCloseTo(0.1, within(1e-9));
    }

    @Test
    void threadsThatSpinBesideEachOtherUseTimeUp() throws IOException {
        WorkerClock clock = new WorkerClock(tasks, now);
        thread("1", 0, 0);
        thread("2", 0, 0);
        advance(clock, LOOK);
        // One processor, two that never rest: one of them always waits.
        thread("1", 250, 250);
        thread("2", 250, 250);
        assertThat(advance(clock, LOOK)).isCloseTo(0.5, within(1e-9));
        // Four processors: no second has more than a second.
        thread("1", 750, 250);
        thread("2", 750, 250);
        assertThat(advance(clock, LOOK)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void aThreadThatEndsTakesNothingBack() throws IOException {
        WorkerClock clock = new WorkerClock(tasks, now);
        thread("1", 100, 100);
        thread("2", 900, 900);
        advance(clock, LOOK);
        Files.delete(tasks.resolve("2/schedstat"));
        assertThat(advance(clock, LOOK)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void whereNobodyTellsAllTimeCountsButNotThatInWhichNobodyLooked() {
        WorkerClock clock = new WorkerClock(tasks.resolve("none"), now);
        assertThat(advance(clock, LOOK)).isCloseTo(0.5, within(1e-9));
        assertThat(advance(clock, 3600 * 1_000_000_000L)).isCloseTo(1, within(1e-9));
    }
}
