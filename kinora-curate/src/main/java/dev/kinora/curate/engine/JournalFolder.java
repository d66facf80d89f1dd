package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.worker.FileOutcome;
import dev.kinora.curate.worker.FileResult;
import dev.kinora.curate.worker.Job;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Finished files: a folder for each, named by the file's content, which appears in one step, whole. What a killed attempt
 * leaves half made lies elsewhere. Any number of processes, on any machine that sees the folder, may add to it at once,
 * and several at the same file: the first to finish has made its result, and equal work gives equal results.
 *
 * @param path of the journal
 */
public record JournalFolder(Path path) implements Commit.Results {
    private static final long LOOK_MILLIS = 200;

    /** Whether the file with this content is done. */
    public boolean has(String sha256) {
        return Files.exists(folder(sha256));
    }

    /**
     * A new folder for a result under way.
     *
     * @param attempt tells this attempt from every other, on whatever machine
     */
    public Path begin(String sha256, String attempt) throws IOException {
        return Files.createDirectory(path.resolve("half").resolve(sha256 + "-" + attempt));
    }

    /** Takes in a result whose folder is complete; where another attempt was first, its result stays. */
    public void finish(String sha256, Path half) throws IOException {
        try {
            Files.move(half, folder(sha256), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!has(sha256)) {
                throw e;
            }
            Commit.delete(half);
        }
    }

    /** Takes in that nothing came of a file. */
    public void finish(FileTask task, Path half, FileOutcome failure) throws IOException {
        Commit.delete(half);
        Files.createDirectory(half);
        FileResult result = FileResult.failed(task.sha256(), task.bytes(), failure);
        Files.writeString(half.resolve(Job.RESULT), Job.JSON.writeValueAsString(result));
        finish(task.sha256(), half);
    }

    /**
     * Waits until all of these are to be seen from here: on a shared file system what another machine has made appears
     * late where somebody has looked for it before.
     *
     * @throws IOException if one is missing for longer than {@code patience}
     */
    public void await(Collection<String> sha256s, Duration patience) throws IOException {
        long until = System.nanoTime() + patience.toNanos();
        for (String sha256 : sha256s) {
            while (!has(sha256)) {
                if (System.nanoTime() > until) {
                    throw new IOException("curate: journal = no " + folder(sha256)
                            + " (expected: a folder that this machine and all executors share)");
                }
                try {
                    Thread.sleep(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("curate: interrupted", e);
                }
            }
        }
    }

    @Override
    public FileResult of(String sha256) throws IOException {
        return Job.JSON.readValue(Files.readString(folder(sha256).resolve(Job.RESULT)), FileResult.class);
    }

    @Override
    public Path folder(String sha256) {
        return path.resolve("done").resolve(sha256);
    }

    /** What decides the results. */
    public String plan() throws IOException {
        return Files.readString(path.resolve(Journal.PLAN));
    }

    /** Makes it where there is none, for one process: what is half made by another stays. */
    public JournalFolder make() throws IOException {
        for (String name : List.of("half", "done")) {
            Files.createDirectories(path.resolve(name));
        }
        return this;
    }

    /** What the workers of one process print. */
    public Path log(String process) {
        return path.resolve(process + ".log");
    }

    /** Makes it anew or throws away what is half made. */
    void open() throws IOException {
        make();
        Commit.delete(path.resolve("half"));
        Files.createDirectories(path.resolve("half"));
    }
}
