package dev.kinora.curate.engine;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run reads.
 *
 * @param raws files, and folders that are searched
 * @param remotes files that have to be fetched, of different names
 * @param spoolBytes how many bytes of those may lie on a machine at a time, apart from those under way
 * @param relay where executors leave results; null where they share the dataset's folder
 */
public record Inputs(
        List<Path> raws,
        List<RemoteFile> remotes,
        long spoolBytes,
        @Nullable ResultRelay relay) {
    public Inputs {
        raws = List.copyOf(raws);
        remotes = List.copyOf(remotes);
    }

    /** Only what lies in folders. */
    public static Inputs of(List<Path> raws) {
        return new Inputs(raws, List.of(), 0, null);
    }
}
