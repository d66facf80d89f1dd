package dev.kinora.spark;

import dev.kinora.curate.engine.FileTask;
import dev.kinora.curate.engine.JournalFolder;
import dev.kinora.curate.engine.WorkerSlot;
import java.io.IOException;
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
        JournalFolder journal = work.results();
        FileTask task = WorkOrder.task(line);
        if (journal.has(task.sha256())) {
            return; // by an attempt whose executor was lost before it could say so
        }
        SparkEnv env = SparkEnv.get();
        TaskContext context = TaskContext.get();
        String attempt = env.conf().getAppId() + "-" + context.taskAttemptId();
        WorkerSlot slot = ExecutorWorkers.HERE.take(
                order,
                () -> new WorkerSlot(
                        work.assignment(), work.launch(SparkFiles::get), journal.log("worker-" + env.executorId())));
        // A thread that reads from a pipe hears no interrupt.
        context.addTaskInterruptListener((TaskInterruptListener) (killed, reason) -> slot.stop());
        boolean whole = false;
        try {
            slot.curate(task, journal, attempt, context::killTaskIfInterrupted);
            whole = true;
        } finally {
            ExecutorWorkers.HERE.giveBack(order, slot, whole);
        }
    }
}
