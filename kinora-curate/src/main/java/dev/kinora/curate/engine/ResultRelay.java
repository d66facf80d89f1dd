package dev.kinora.curate.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Where machines that share no folder leave results of files for the one that commits them. A result appears whole, and
 * where another was first, that one stays.
 */
public interface ResultRelay {
    /** A line by which another machine reaches the same; it holds no credentials. */
    String ticket();

    /**
     * Takes the place for a plan.
     *
     * @param plan what decides the results
     * @throws IOException if it holds results of another plan
     */
    void open(String plan) throws IOException;

    /** Whether there is a result of the file with this content. */
    boolean has(String sha256) throws IOException;

    /** The contents of files of which there are results. */
    Set<String> all() throws IOException;

    /**
     * Leaves a result.
     *
     * @param folder holds it
     */
    void put(String sha256, Path folder) throws IOException;

    /**
     * Fetches a result.
     *
     * @param folder an empty folder
     */
    void fetch(String sha256, Path folder) throws IOException;
}
