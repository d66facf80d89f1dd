package dev.kinora.curate.engine;

import dev.kinora.curate.worker.Job;
import dev.kinora.curate.worker.Recipe;
import java.nio.file.Path;

/**
 * What is to be done with every file of a run; it travels to executors as JSON.
 *
 * @param recipe what to do
 * @param limits what a worker may use meanwhile
 */
public record Assignment(Recipe recipe, WorkerLimits limits) {
    /** The same for one file. */
    Job job(FileTask task, Path folder) {
        return new Job(task.file().toAbsolutePath().toString(), task.sha256(), folder.toString(), recipe);
    }
}
