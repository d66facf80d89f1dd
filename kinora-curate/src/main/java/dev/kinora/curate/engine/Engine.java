package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Makes datasets of raw videos. Engines differ in where the work is done, never in what comes out. */
public interface Engine {
    /**
     * What a run did.
     *
     * @param manifest of the dataset
     * @param curated files that went through a worker in this run; the rest had before
     * @param fileBytes size of those files
     * @param seconds that took
     */
    record Run(Manifest manifest, int curated, long fileBytes, double seconds) {}

    /**
     * Makes a dataset.
     *
     * @param inputs what of
     * @param out a new or empty folder, or the one of an interrupted run, or of a finished one with the same input
     * @throws CancellationException if the listener asked to stop
     */
    Run run(Inputs inputs, Path out) throws IOException;

    /**
     * The same of files and folders of this machine.
     *
     * @param raws files, and folders that are searched
     */
    default Run run(List<Path> raws, Path out) throws IOException {
        return run(Inputs.of(raws), out);
    }

    /** Ends the work at once, so that {@link #run} ends soon; what it was at begins again with the next run. */
    void stop();
}
