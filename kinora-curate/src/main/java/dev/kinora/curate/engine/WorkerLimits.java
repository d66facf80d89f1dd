package dev.kinora.curate.engine;

/**
 * What a worker process may use; none of it changes what comes out of a good file.
 *
 * @param workers processes at once
 * @param heapMiB Java memory of each
 * @param memoryMiB resident memory of each, native included; watched on Linux
 * @param stallSeconds without a frame before a worker is taken for hung
 * @param fileSeconds for one file in all
 */
public record WorkerLimits(int workers, int heapMiB, int memoryMiB, double stallSeconds, double fileSeconds) {
    /** A worker a processor; 768 MiB of Java and 3 GiB in all; a minute's silence; six hours. */
    public static final WorkerLimits DEFAULT =
            new WorkerLimits(Runtime.getRuntime().availableProcessors(), 768, 3072, 60, 6 * 3600);

    public WorkerLimits {
        if (workers < 1 || workers > 1024) {
            throw bad("workers", workers, "1 to 1024");
        }
        if (heapMiB < 64 || memoryMiB <= heapMiB) {
            throw bad("heapMiB, memoryMiB", heapMiB + ", " + memoryMiB, "64 or more, and more than that");
        }
        if (!(stallSeconds > 0) || !(fileSeconds >= stallSeconds)) {
            throw bad("stallSeconds, fileSeconds", stallSeconds + ", " + fileSeconds, "above 0, and no less than that");
        }
    }

    private static IllegalArgumentException bad(String name, Object value, String expected) {
        return new IllegalArgumentException("WorkerLimits: " + name + " = " + value + " (expected: " + expected + ")");
    }
}
