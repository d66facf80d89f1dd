package dev.kinora.curate.worker;

import dev.kinora.curate.cut.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one file gave.
 *
 * @param sha256 of the file's content
 * @param fileBytes size of the file
 * @param outcome its row
 * @param facts what the probe found; null where nothing could be opened
 * @param shots how many there are between its transitions
 * @param changes its transitions, and what else detectors voted for, in order of time
 * @param clips in order of time
 */
public record FileResult(
        String sha256,
        long fileBytes,
        FileOutcome outcome,
        @Nullable Facts facts,
        int shots,
        List<Change> changes,
        List<ClipResult> clips) {
    public FileResult {
        changes = List.copyOf(changes);
        clips = List.copyOf(clips);
    }

    /** A file that nothing came of. */
    public static FileResult failed(String sha256, long fileBytes, FileOutcome outcome) {
        return new FileResult(sha256, fileBytes, outcome, null, 0, List.of(), List.of());
    }
}
