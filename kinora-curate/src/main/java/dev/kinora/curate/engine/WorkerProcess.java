package dev.kinora.curate.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.Job;
import dev.kinora.curate.worker.WorkerMain;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One worker process and the watch over it. For one thread, apart from {@link #kill}. */
final class WorkerProcess implements AutoCloseable {
    private static final long WATCH_MILLIS = 200;

    /** How long a virtual machine may take to start and load its models, of the time that it has. */
    private static final double START_SECONDS = 120;

    /** What the JVM answers when told to end on exhausted memory. */
    private static final int OUT_OF_MEMORY = 3;

    /** Whose fault it is that a job failed. */
    enum Blame {
        /** The file's: it would again. */
        FILE,
        /** The file's or that of something outside: a second try tells. */
        UNKNOWN,
        /** Not the file's, which the worker never looked at. */
        WORKER
    }

    /** How a job ended: no outcome where the result lies in its folder. */
    record Ended(@Nullable FileOutcome failure, Blame blame) {
        static final Ended WELL = new Ended(null, Blame.FILE);
    }

    private final WorkerLimits limits;
    private final Process process;
    private final BufferedReader answers;
    private final Writer jobs;
    private final Thread watch;

    private final WorkerClock clock;

    /** By the clock; so is the next, which is below zero between jobs. */
    private volatile double heardAt;

    private volatile double jobBegan = -1;
    private volatile boolean ready;
    private volatile String killedFor = "";
    private volatile boolean closed;
    private long lastFrames;
    private long lastPts;

    WorkerProcess(WorkerLimits limits, WorkerLaunch launch, Path log) throws IOException {
        this.limits = limits;
        process = new ProcessBuilder(command(limits, launch))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        clock = WorkerClock.of(process.pid());
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        jobs = new OutputStreamWriter(process.getOutputStream(), UTF_8);
        watch = Thread.ofVirtual().name("kinora-curate-watch").start(this::watch);
    }

    private static List<String> command(WorkerLimits limits, WorkerLaunch launch) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + limits.heapMiB() + "m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.maxBytes=0"));
        if (!launch.natives().isEmpty()) {
            command.add("-Dorg.bytedeco.javacpp.cachedir=" + launch.natives());
        }
        command.addAll(List.of("-cp", String.join(File.pathSeparator, launch.classPath()), WorkerMain.class.getName()));
        return command;
    }

    /** Ends a worker that hangs or grows; runs until the process ends. */
    private void watch() {
        try {
            while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                clock.advance(System.nanoTime());
                // In the reverse of the order in which they are set: who is kept from running in between must not take
                // the silence before a job, or before the worker was ready, for silence at it.
                double patience = ready ? limits.stallSeconds() : START_SECONDS;
                double began = jobBegan;
                double quiet = clock.seconds() - heardAt;
                if (began >= 0 && quiet > patience) {
                    kill("timeout: no frame for %.0f s".formatted(quiet));
                } else if (began >= 0 && clock.seconds() - began > limits.fileSeconds()) {
                    kill("timeout: more than %.0f s for one file".formatted(limits.fileSeconds()));
                } else if (residentMiB() > limits.memoryMiB()) {
                    kill("memory: more than " + limits.memoryMiB() + " MiB");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long residentMiB() {
        try {
            String[] pages = Files.readString(Path.of("/proc/" + process.pid() + "/statm"))
                    .split(" ", -1);
            return (Long.parseLong(pages[1]) * 4096) >> 20;
        } catch (IOException | RuntimeException e) {
            return 0; // no such file on this system, or the process has just ended
        }
    }

    private void kill(String why) {
        killedFor = why;
        process.destroyForcibly();
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive() && killedFor.isEmpty();
    }

    /** Has a file curated and waits for it. */
    Ended run(Job job) throws IOException {
        lastFrames = 0;
        heardAt = clock.seconds();
        jobBegan = heardAt;
        try {
            jobs.write(job.toLine() + "\n");
            jobs.flush();
            for (String line; (line = answers.readLine()) != null; ) {
                heardAt = clock.seconds();
                if (!line.startsWith(Job.MARK)) {
                    continue;
                }
                String[] words = line.substring(Job.MARK.length()).split(" ", 2);
                switch (words[0]) {
                    case "ready" -> ready = true;
                    case "at" -> remember(words[1]);
                    case "done" -> {
                        return Ended.WELL;
                    }
                    case "failed" -> {
                        return new Ended(FileOutcome.failed("error", "internal", words[1]), Blame.FILE);
                    }
                    default -> throw new IOException("worker: answer = " + line + " (expected: at, done or failed)");
                }
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
        } finally {
            jobBegan = -1;
        }
        return ended();
    }

    private void remember(String numbers) {
        String[] n = numbers.split(" ", -1);
        lastFrames = Long.parseLong(n[0]);
        lastPts = Long.parseLong(n[1]);
    }

    /** The process is gone, and the file with it. */
    private Ended ended() {
        if (closed) {
            throw new IllegalStateException("worker: closed while it worked");
        }
        int code = exitCode();
        String why = killedFor;
        String errorClass =
                why.isEmpty() ? code == OUT_OF_MEMORY ? "memory" : "crash" : why.substring(0, why.indexOf(':'));
        String message = why.isEmpty() ? "worker: exit code = " + code + " (expected: a result)" : "worker: " + why;
        Long pts = lastFrames == 0 ? null : (Long) lastPts;
        // A crash may have come from outside; a second one is the file's.
        Blame blame = !ready ? Blame.WORKER : errorClass.equals("crash") ? Blame.UNKNOWN : Blame.FILE;
        return new Ended(new FileOutcome("error", errorClass, message, pts, lastFrames, 0, 0, 0), blame);
    }

    private int exitCode() {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Ends the process at once; from any thread. */
    void stop() {
        closed = true;
        process.destroyForcibly();
    }

    @Override
    public void close() {
        stop();
        watch.interrupt();
    }
}
