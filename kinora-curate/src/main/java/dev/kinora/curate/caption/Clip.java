package dev.kinora.curate.caption;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.query.Duck;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A clip of a dataset and where it lies.
 *
 * @param id of the clip
 * @param path of its file within the dataset
 * @param offset of its first byte in that file
 * @param bytes of it
 * @param sha256 of those
 * @param seconds how long it is
 */
public record Clip(String id, String path, long offset, long bytes, String sha256, double seconds) {
    /**
     * Which clips.
     *
     * @param only a table with a column {@code id}, such as {@code curate filter --out} writes; null for all clips
     * @param duplicates whether clips that look like a better one count
     */
    public record Choice(@Nullable Path only, boolean duplicates) {
        /** All that are no duplicates. */
        public static final Choice ALL = new Choice(null, false);
    }

    /** The clips of a dataset, in its table's order. */
    public static List<Clip> of(Path dataset, Choice choice) throws IOException {
        String from = " FROM read_parquet("
                + Duck.literal(dataset.resolve(Manifest.CLIPS).toString()) + ", file_row_number = true)";
        String where = choice.duplicates ? " WHERE true" : " WHERE duplicate_of IS NULL";
        if (choice.only != null) {
            where += " AND id IN (SELECT id FROM read_parquet(" + Duck.literal(choice.only.toString()) + "))";
        }
        List<Clip> clips = new ArrayList<>();
        try (Connection db = Duck.open();
                Statement s = db.createStatement();
                ResultSet r = s.executeQuery("SELECT id, path, \"offset\", bytes, sha256, seconds" + from + where
                        + " ORDER BY file_row_number")) {
            while (r.next()) {
                clips.add(new Clip(
                        r.getString(1), r.getString(2), r.getLong(3), r.getLong(4), r.getString(5), r.getDouble(6)));
            }
        } catch (SQLException e) {
            throw new IOException(
                    "curate: clips = unreadable (expected: a dataset's table of clips, and ids to choose of it; "
                            + e.getMessage() + ")",
                    e);
        }
        return clips;
    }
}
