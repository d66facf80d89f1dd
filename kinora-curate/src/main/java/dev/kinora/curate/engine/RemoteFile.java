package dev.kinora.curate.engine;

import java.io.IOException;
import java.nio.file.Path;

/** A file that has to be fetched before it can be read. */
public interface RemoteFile {
    /** As it was given: its whole address. */
    String name();

    /** Its size. */
    long bytes();

    /**
     * Fetches it; several threads may fetch several files.
     *
     * @param to a new file
     * @throws UnreadableFileException if this file cannot be had, whatever one does
     * @throws IOException if nothing can be had at the moment
     */
    void fetch(Path to) throws IOException;
}
