package dev.kinora.curate.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the time that a process had, so that a limit means the same on a busy machine and on an idle one: time in which
 * its threads were ready to run and no processor was free does not count, unless they ran at the same time. A process
 * that sleeps for ever and one that spins for ever both use theirs up. Linux tells both by thread
 * ({@code /proc/PID/task/TID/schedstat}: nanoseconds run, nanoseconds waited); elsewhere all time counts. One thread
 * advances it, any may read it.
 */
final class WorkerClock {
    /** The most that counts between two looks: after more, who looks was kept from it, or the machine slept. */
    private static final double GAP = 1;

    private final Path tasks;
    private Map<String, long[]> before = Map.of();
    private long at;
    private volatile double seconds;

    /**
     * @param tasks folder with a folder a thread, or none
     * @param now in nanoseconds
     */
    WorkerClock(Path tasks, long now) {
        this.tasks = tasks;
        at = now;
    }

    static WorkerClock of(long pid) {
        return new WorkerClock(Path.of("/proc/" + pid + "/task"), System.nanoTime());
    }

    /** Seconds had, up to the last look. */
    double seconds() {
        return seconds;
    }

    /** Looks at the process. */
    void advance(long now) {
        double passed = Math.min((now - at) / 1e9, GAP);
        at = now;
        long ran = 0;
        long waited = 0;
        Map<String, long[]> threads = read();
        for (Map.Entry<String, long[]> e : threads.entrySet()) {
            long[] was = before.getOrDefault(e.getKey(), new long[2]);
            ran += e.getValue()[0] - was[0];
            waited += e.getValue()[1] - was[1];
        }
        before = threads;
        double had = Math.max(passed - waited / 1e9, ran / 1e9);
        seconds = seconds() + Math.clamp(had, 0, passed);
    }

    private Map<String, long[]> read() {
        Map<String, long[]> threads = new HashMap<>();
        if (!Files.isDirectory(tasks)) {
            return threads;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
            for (Path thread : all) {
                read(thread, threads);
            }
        } catch (IOException | RuntimeException e) {
            // The process has just ended: what was read stands.
        }
        return threads;
    }

    private static void read(Path thread, Map<String, long[]> to) {
        try {
            String[] n = Files.readString(thread.resolve("schedstat")).trim().split(" ", -1);
            to.put(thread.toString(), new long[] {Long.parseLong(n[0]), Long.parseLong(n[1])});
        } catch (IOException | RuntimeException e) {
            // The thread has just ended, or the kernel keeps no such account.
        }
    }
}
