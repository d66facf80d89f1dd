package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One worker process at a time, for file after file; one that dies is replaced. For one thread, apart from {@link #stop}
 * and {@link #pid}.
 */
public final class WorkerSlot implements AutoCloseable {
    private static final int ATTEMPTS = 2;

    private final Assignment assignment;
    private final WorkerLaunch launch;
    private final Path log;
    private volatile @Nullable WorkerProcess worker;
    private volatile boolean stopped;

    /**
     * An empty slot; a process is started for the first file.
     *
     * @param log what the processes print is added to it
     */
    public WorkerSlot(Assignment assignment, WorkerLaunch launch, Path log) {
        this.assignment = assignment;
        this.launch = launch;
        this.log = log;
    }

    /**
     * Curates a file: whatever is wrong with it, the journal has a result of it afterwards.
     *
     * @param attempt tells this attempt from every other at the file
     * @param going called before every try; what it throws ends the work
     * @throws IllegalStateException if the slot was stopped
     * @throws IOException if the journal cannot be written to, or no worker starts
     */
    public void curate(FileTask task, JournalFolder journal, String attempt, Runnable going) throws IOException {
        Path half = journal.begin(task.sha256(), attempt);
        try {
            FileOutcome failure = attempt(assignment.job(task, half), half, going);
            if (failure == null) {
                journal.finish(task.sha256(), half);
            } else {
                journal.finish(task, half, failure);
            }
        } catch (IllegalStateException e) {
            Commit.delete(half);
            throw e;
        }
    }

    /** Tries a file, twice if its worker dies for no reason that lies in the file; null if that went well. */
    private @Nullable FileOutcome attempt(Job job, Path half, Runnable going) throws IOException {
        WorkerProcess.Ended ended = WorkerProcess.Ended.WELL;
        for (int i = 0; i < ATTEMPTS; i++) {
            going.run();
            Commit.delete(half);
            Files.createDirectory(half);
            ended = alive().run(job);
            if (ended.failure() == null || ended.blame() == WorkerProcess.Blame.FILE) {
                break;
            }
        }
        FileOutcome failure = ended.failure();
        if (failure != null && ended.blame() == WorkerProcess.Blame.WORKER) {
            // An outcome would be a lie about the file, and stand in the dataset for good.
            throw new IOException("curate: %s, %d times before its first file (expected: that it starts; see %s)"
                    .formatted(failure.message(), ATTEMPTS, log));
        }
        return failure;
    }

    private WorkerProcess alive() throws IOException {
        WorkerProcess now = worker;
        if (now == null || !now.alive()) {
            close();
            now = new WorkerProcess(assignment.limits(), launch, log);
            worker = now;
        }
        if (stopped) { // before the process was to be seen
            now.stop();
        }
        return now;
    }

    /** Process id of the worker, if there is one. */
    public OptionalLong pid() {
        WorkerProcess now = worker;
        return now == null ? OptionalLong.empty() : OptionalLong.of(now.pid());
    }

    /** Ends the work at once and for good. */
    public void stop() {
        stopped = true;
        WorkerProcess now = worker;
        if (now != null) {
            now.stop();
        }
    }

    @Override
    public void close() {
        WorkerProcess now = worker;
        worker = null;
        if (now != null) {
            now.close();
        }
    }
}
