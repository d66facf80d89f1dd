package dev.kinora.curate.caption;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.language.caption.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Something that is asked of every clip, and the table that its answers make. Safe for several threads. */
public interface Question {
    /** The table's name: {@code captions}. */
    String table();

    /** The column with the {@link Outcome}. */
    String outcomeColumn();

    /** Everything that decides the answers; equal plans make one table. */
    ObjectNode plan();

    /** Clips that may be asked about at once. */
    int concurrency();

    /** The moments it wants to see. */
    List<Double> times(double seconds);

    /**
     * The answer as columns, without the id.
     *
     * @throws IOException where no clip can be asked about any more, or this one later
     */
    ObjectNode ask(ClipFrames clip) throws IOException;

    /** What stands in place of an answer. */
    ObjectNode none(Outcome outcome, String message);

    /** The table's columns after the id, with their SQL types. */
    Map<String, String> columns();
}
