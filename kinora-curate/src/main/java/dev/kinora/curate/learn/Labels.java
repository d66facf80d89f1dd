package dev.kinora.curate.learn;

import dev.kinora.curate.query.Duck;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A user's labels of clips: a CSV with a column {@code id} of clips, or {@code source} of files all of whose clips are
 * labelled alike, and a column a tag. A cell is 1, true or yes; 0, false or no; or empty, which says nothing.
 */
public final class Labels {
    private final Path file;
    private final Map<String, Map<String, Boolean>> byTag;

    private Labels(Path file, Map<String, Map<String, Boolean>> byTag) {
        this.file = file;
        this.byTag = byTag;
    }

    /**
     * Reads labels of a dataset's clips.
     *
     * @param file the CSV
     * @param clips a dataset's table of clips
     * @throws IOException if the file is no such CSV, or labels a clip or source that the dataset has not
     */
    public static Labels read(Path file, Path clips) throws IOException {
        try (Connection db = Duck.open();
                Statement s = db.createStatement()) {
            s.execute("CREATE TABLE labels AS SELECT * FROM read_csv(" + Duck.literal(file.toString())
                    + ", header = true, all_varchar = true)");
            s.execute("CREATE TABLE clips AS SELECT id, source FROM read_parquet(" + Duck.literal(clips.toString())
                    + ")");
            List<String> columns = new ArrayList<>();
            try (ResultSet r = s.executeQuery("DESCRIBE labels")) {
                while (r.next()) {
                    columns.add(r.getString(1));
                }
            }
            String key = columns.contains("id") ? "id" : "source";
            if (!columns.contains(key)) {
                throw new IOException(
                        "labels: " + file + ", columns = " + columns + " (expected: id or source, and a column a tag)");
            }
            requireKnown(s, file, key);
            Map<String, Map<String, Boolean>> byTag = new LinkedHashMap<>();
            for (String column : columns) {
                if (!column.equals("id") && !column.equals("source")) {
                    byTag.put(column.replaceFirst("^tag_", ""), column(s, file, key, column));
                }
            }
            return new Labels(file, byTag);
        } catch (SQLException e) {
            throw new IOException(
                    "labels: " + file + " = unreadable (expected: a CSV with a header; " + e.getMessage() + ")", e);
        }
    }

    private static void requireKnown(Statement s, Path file, String key) throws SQLException, IOException {
        try (ResultSet r = s.executeQuery(
                "SELECT \"%s\" FROM labels WHERE \"%s\" NOT IN (SELECT \"%s\" FROM clips) OR \"%s\" IS NULL LIMIT 1"
                        .formatted(key, key, key, key))) {
            if (r.next()) {
                throw new IOException(
                        "labels: " + file + ", " + key + " = " + r.getString(1) + " (expected: one of the dataset)");
            }
        }
    }

    private static Map<String, Boolean> column(Statement s, Path file, String key, String column)
            throws SQLException, IOException {
        Map<String, Boolean> labels = new LinkedHashMap<>();
        try (ResultSet r =
                s.executeQuery("SELECT c.id, l.\"%s\" FROM labels l JOIN clips c ON c.\"%s\" = l.\"%s\" ORDER BY c.id"
                        .formatted(column.replace("\"", "\"\""), key, key))) {
            while (r.next()) {
                String cell = r.getString(2);
                if (cell == null || cell.isBlank()) {
                    continue;
                }
                boolean value = switch (cell.strip().toLowerCase(Locale.ROOT)) {
                    case "1", "true", "yes" -> true;
                    case "0", "false", "no" -> false;
                    default ->
                        throw new IOException("labels: " + file + ", " + column + " = " + cell
                                + " (expected: 1, true or yes; 0, false or no; or nothing)");
                };
                Boolean before = labels.put(r.getString(1), value);
                if (before != null && before != value) {
                    throw new IOException("labels: " + file + ", " + column + " of " + r.getString(1)
                            + " = both (expected: one label a clip)");
                }
            }
        }
        return labels;
    }

    /** The tags that have a column, without {@code tag_} before them. */
    public List<String> tags() {
        return List.copyOf(byTag.keySet());
    }

    /**
     * What a tag's column says, by clip id in order.
     *
     * @throws IOException if there is no such column
     */
    public Map<String, Boolean> of(String tag) throws IOException {
        Map<String, Boolean> found = byTag.get(tag.replaceFirst("^tag_", ""));
        if (found == null) {
            throw new IOException(
                    "labels: " + file + ", columns = " + byTag.keySet() + " (expected: " + tag + " among them)");
        }
        return found;
    }
}
