package dev.kinora.curate.engine;

import java.io.File;
import java.util.List;

/**
 * What a worker process is started with.
 *
 * @param classPath Kinora and its libraries, none of an engine's
 * @param natives folder where native libraries are unpacked; empty for the usual one
 */
public record WorkerLaunch(List<String> classPath, String natives) {
    /** System property with the class path of workers, where this process has more on its own. */
    public static final String CLASS_PATH = "kinora.workers.class.path";

    private static final String NATIVES = "org.bytedeco.javacpp.cachedir";

    public WorkerLaunch {
        classPath = List.copyOf(classPath);
    }

    /** As this process was started. */
    public static WorkerLaunch here() {
        String path = System.getProperty(CLASS_PATH, System.getProperty("java.class.path"));
        return new WorkerLaunch(List.of(path.split(File.pathSeparator, -1)), System.getProperty(NATIVES, ""));
    }
}
