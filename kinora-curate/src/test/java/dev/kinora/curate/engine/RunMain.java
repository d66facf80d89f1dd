package dev.kinora.curate.engine;

import java.nio.file.Path;
import java.util.List;

/** A run in a process that may be killed: input folder, dataset. */
final class RunMain {
    private RunMain() {}

    public static void main(String[] args) throws Exception {
        new LocalEngine(Runs.PLAN, Runs.limits(2, 60), CurateListener.SILENT)
                .run(List.of(Path.of(args[0])), Path.of(args[1]));
    }
}
