package dev.kinora.spark;

import dev.kinora.curate.engine.CurateListener;
import dev.kinora.curate.engine.EngineSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A run in a process of its own: master, input folder, dataset. */
final class RunMain {
    private RunMain() {}

    public static void main(String[] args) throws Exception {
        new SparkEngine(Runs.PLAN, Runs.LIMITS, new EngineSettings(args[0], Map.of()), CurateListener.SILENT)
                .run(List.of(Path.of(args[1])), Path.of(args[2]));
    }
}
