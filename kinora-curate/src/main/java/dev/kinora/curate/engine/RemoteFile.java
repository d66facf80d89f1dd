package dev.kinora.curate.engine;

import java.io.IOException;
import java.nio.file.Path;

/** A file that has to be fetched before it can be read. */
public interface RemoteFile {
    /** As it was given: its whole address. */
    String name();

    /** Its size. */
    long bytes();

    /** What the store says of its content; a file of this name, size and version has the content it had before. */
    String version();

    /** A line by which another machine fetches the same; it holds no credentials. */
    String ticket();

    /**
     * Fetches it; several threads may fetch several files.
     *
     * @param to a new file
     * @throws UnreadableFileException if this file cannot be had, whatever one does
     * @throws IOException if nothing can be had at the moment
     */
    void fetch(Path to) throws IOException;

    /** What its own file may be called: the end of its address, or {@code object} where that is no name. */
    default String fileName() {
        String name = name().substring(name().lastIndexOf('/') + 1);
        try {
            return !name.startsWith(".") && Path.of(name).getNameCount() == 1 && !name.isEmpty() ? name : "object";
        } catch (java.nio.file.InvalidPathException e) {
            return "object";
        }
    }
}
