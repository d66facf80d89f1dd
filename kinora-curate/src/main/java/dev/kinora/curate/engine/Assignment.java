package dev.kinora.curate.engine;

import dev.kinora.curate.worker.Job;
import dev.kinora.curate.worker.Recipe;
import java.nio.file.Path;
import java.util.Map;

/**
 * What is to be done with every file of a run; it travels to executors as JSON.
 *
 * @param recipe what to do
 * @param limits what a worker may use meanwhile
 * @param models where the files of the recipe's models lie, by name
 */
public record Assignment(Recipe recipe, WorkerLimits limits, Map<String, String> models) {
    public Assignment {
        models = Map.copyOf(models);
    }

    /** The same for one file. */
    Job job(FileTask task, Path folder) {
        return new Job(task.file().toAbsolutePath().toString(), task.sha256(), folder.toString(), recipe, models);
    }
}
