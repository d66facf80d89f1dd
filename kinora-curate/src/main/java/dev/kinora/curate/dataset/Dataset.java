package dev.kinora.curate.dataset;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A finished dataset as its readers see it: tables are files in a folder of this machine, clips are read from wherever
 * they lie.
 */
public interface Dataset {
    /** The folder with the manifest and the tables, in which work on the dataset may leave what is under way. */
    Path folder();

    /** The dataset as a command line names it. */
    String name();

    /** Whether everything that the manifest names lies in the folder. */
    boolean whole();

    /**
     * A part of a file that the manifest names; for any number of threads.
     *
     * @param path within the dataset
     * @param offset of the first byte
     * @param bytes as many are returned
     * @throws java.nio.file.NoSuchFileException if the dataset has no such file
     * @throws java.io.EOFException if the file is shorter
     * @throws IOException if it cannot be read now
     */
    byte[] read(String path, long offset, long bytes) throws IOException;

    /**
     * Says that a table was added to the folder by {@link SideTable#commit}: whoever reads the dataset elsewhere sees it
     * when this returns.
     *
     * @param table its name
     */
    void added(String table) throws IOException;

    /** A dataset in a folder. */
    static Dataset of(Path folder) {
        return new FolderDataset(folder);
    }
}
