package dev.kinora.spark;

import dev.kinora.curate.dataset.Commit;
import dev.kinora.curate.engine.FileTask;
import dev.kinora.curate.engine.JournalFolder;
import dev.kinora.curate.engine.ResultRelay;
import dev.kinora.curate.engine.UnreadableFileException;
import dev.kinora.curate.engine.WorkerSlot;
import dev.kinora.curate.s3.Tickets;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.util.TaskInterruptListener;

/**
 * What a task does: has a file curated by a worker process of its executor. Run twice, even at once, it leaves one
 * result; whatever is wrong with the file is in that, and only what is wrong with the cluster fails the task.
 */
final class CurateFile implements VoidFunction<String> {
    private static final long serialVersionUID = 1L;

    private final String order;

    /** @param order JSON of a {@link WorkOrder} */
    CurateFile(String order) {
        this.order = order;
    }

    @Override
    public void call(String line) throws IOException {
        WorkOrder work = WorkOrder.of(order);
        if (work.results().isEmpty()) {
            curate(line, work, work.folder());
            return;
        }
        ResultRelay relay = Tickets.results(work.results());
        String sha256 = WorkOrder.sha256(line);
        if (relay.has(sha256)) {
            return; // by an attempt whose executor was lost before it could say so
        }
        Path here = ExecutorSpool.HERE.folder("journal-");
        try {
            JournalFolder journal = new JournalFolder(here).make();
            curate(line, work, journal);
            relay.put(sha256, journal.folder(sha256));
        } finally {
            Commit.delete(here);
        }
    }

    private void curate(String line, WorkOrder work, JournalFolder journal) throws IOException {
        if (journal.has(WorkOrder.sha256(line))) {
            return;
        }
        String ticket = WorkOrder.file(line);
        if (!WorkOrder.isTicket(ticket)) {
            curate(WorkOrder.task(line), work, journal);
            return;
        }
        Path file;
        try {
            file = ExecutorSpool.HERE.take(ticket);
        } catch (UnreadableFileException e) { // it went since it was hashed
            FileTask task = new FileTask(WorkOrder.sha256(line), Path.of("unread"), WorkOrder.bytes(line));
            journal.finish(task, journal.begin(task.sha256(), attempt()), e.outcome());
            return;
        }
        try {
            curate(new FileTask(WorkOrder.sha256(line), file, WorkOrder.bytes(line)), work, journal);
        } finally {
            ExecutorSpool.drop(file);
        }
    }

    private static String attempt() {
        return SparkEnv.get().conf().getAppId() + "-" + TaskContext.get().taskAttemptId();
    }

    private void curate(FileTask task, WorkOrder work, JournalFolder journal) throws IOException {
        TaskContext context = TaskContext.get();
        WorkerSlot slot = ExecutorWorkers.HERE.take(
                order, () -> new WorkerSlot(work.assignment(), work.launch(SparkFiles::get), log(work, journal)));
        // A thread that reads from a pipe hears no interrupt.
        context.addTaskInterruptListener((TaskInterruptListener) (killed, reason) -> slot.stop());
        boolean whole = false;
        try {
            slot.curate(task, journal, attempt(), context::killTaskIfInterrupted);
            whole = true;
        } finally {
            ExecutorWorkers.HERE.giveBack(order, slot, whole);
        }
    }

    /** A slot lives longer than a journal of one file does. */
    private static Path log(WorkOrder work, JournalFolder journal) throws IOException {
        String name = "worker-" + SparkEnv.get().executorId();
        return work.results().isEmpty()
                ? journal.log(name)
                : ExecutorSpool.HERE.folder("log-").resolve(name + ".log");
    }
}
