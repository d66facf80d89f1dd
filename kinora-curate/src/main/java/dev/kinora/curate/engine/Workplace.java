package dev.kinora.curate.engine;

import dev.kinora.curate.dataset.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where files are read and curated: a machine or a cluster. {@link Curation} says which, and commits the results. */
public interface Workplace {
    /**
     * Reads every file for its hash.
     *
     * @param paths by name
     * @return a source for each, in the map's order
     */
    List<Source> hash(Map<String, Path> paths, Steps steps) throws IOException;

    /**
     * Has every file curated; the last that is asked of a workplace. When it returns, the journal has a result for each.
     *
     * @param todo files of different content
     */
    void curate(List<FileTask> todo, Assignment assignment, JournalFolder journal, Steps steps) throws IOException;
}
