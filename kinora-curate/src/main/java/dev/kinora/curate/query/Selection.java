package dev.kinora.curate.query;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** The clips of a dataset that pass thresholds, found by a query over its table. */
public final class Selection implements AutoCloseable {
    /**
     * What is asked.
     *
     * @param thresholds all of which a clip has to meet, in the order of the funnel
     * @param step the training step, for thresholds that change with it
     * @param keepUnknown whether a clip without the score passes
     * @param keepDuplicates whether clips that look like a better one pass
     */
    public record Query(List<Threshold> thresholds, long step, boolean keepUnknown, boolean keepDuplicates) {
        public Query {
            thresholds = List.copyOf(thresholds);
        }

        /** The same with {@code moved} in place of the thresholds on its column, or beside them. */
        public Query move(Threshold moved) {
            List<Threshold> all = new ArrayList<>();
            boolean placed = false;
            for (Threshold t : thresholds) {
                boolean same = t.column().equals(moved.column())
                        && t.operator().charAt(0) == moved.operator().charAt(0);
                if (!same || !placed) {
                    all.add(same ? moved : t);
                }
                placed |= same;
            }
            if (!placed) {
                all.add(moved);
            }
            return new Query(all, step, keepUnknown, keepDuplicates);
        }
    }

    /**
     * A step of the funnel.
     *
     * @param condition what is asked
     * @param bound the value it comes to; the mean of all where they differ by source
     * @param clips that pass this and all before
     * @param seconds of those
     * @param failing clips of the whole dataset that fail this alone
     * @param unknown clips of the whole dataset without the score
     */
    public record Step(String condition, double bound, long clips, double seconds, long failing, long unknown) {}

    private final Connection db;
    private final Map<String, String> columns = new LinkedHashMap<>();

    /**
     * Opens a table of clips.
     *
     * @param clips a dataset's {@code clips.parquet}
     */
    public Selection(Path clips) throws IOException {
        this(clips, List.of());
    }

    /**
     * Opens a table of clips with the columns of others.
     *
     * @param clips a dataset's {@code clips.parquet}
     * @param beside tables with a column {@code id}, such as its captions; a clip that one does not have is unknown there
     */
    public Selection(Path clips, List<Path> beside) throws IOException {
        try {
            db = Duck.open();
            try (Statement s = db.createStatement()) {
                s.execute("CREATE TABLE clips AS " + joined(clips, beside));
                try (ResultSet r = s.executeQuery("DESCRIBE clips")) {
                    while (r.next()) {
                        columns.put(r.getString(1), r.getString(2));
                    }
                }
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** In the order of the clips. */
    private static String joined(Path clips, List<Path> beside) {
        StringBuilder columns = new StringBuilder("SELECT clips.* EXCLUDE (file_row_number)");
        StringBuilder from = new StringBuilder(" FROM read_parquet(")
                .append(Duck.literal(clips.toString()))
                .append(", file_row_number = true) clips");
        for (int i = 0; i < beside.size(); i++) {
            columns.append(", beside").append(i).append(".* EXCLUDE (id)");
            from.append(" LEFT JOIN read_parquet(")
                    .append(Duck.literal(beside.get(i).toString()))
                    .append(") beside")
                    .append(i)
                    .append(" ON clips.id = beside")
                    .append(i)
                    .append(".id");
        }
        return columns + from.toString() + " ORDER BY clips.file_row_number";
    }

    /**
     * Adds a column that thresholds may ask for.
     *
     * @param values by clip id; a clip without one is unknown
     */
    public void add(String column, Map<String, Double> values) throws IOException {
        try (Statement s = db.createStatement()) {
            s.execute("CREATE OR REPLACE TABLE added (id VARCHAR, value DOUBLE)");
            try (DuckDBAppender to =
                    db.unwrap(DuckDBConnection.class).createAppender(DuckDBConnection.DEFAULT_SCHEMA, "added")) {
                for (Map.Entry<String, Double> e : values.entrySet()) {
                    to.beginRow();
                    to.append(e.getKey()).append(e.getValue().doubleValue());
                    to.endRow();
                }
            }
            String name = '"' + column.replace("\"", "\"\"") + '"';
            s.execute("CREATE OR REPLACE TABLE clips AS SELECT clips.*, added.value AS " + name
                    + " FROM clips LEFT JOIN added ON clips.id = added.id ORDER BY clips.rowid");
            columns.put(column, "DOUBLE");
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static IOException failed(SQLException e) {
        return new IOException("curate filter: query = failed (expected: a table of clips; " + e.getMessage() + ")", e);
    }

    /** How the clips dwindle, from all of them through each threshold. */
    public List<Step> funnel(Query query) throws IOException {
        List<Step> steps = new ArrayList<>();
        try (Statement s = db.createStatement()) {
            steps.add(count(
                    s,
                    "all clips",
                    "SELECT NULL AS bound, true AS pass, seconds, false AS fails, false AS unknown FROM clips"));
            List<String> flags = new ArrayList<>();
            if (!query.keepDuplicates) {
                flags.add("duplicate_of IS NULL");
                steps.add(count(
                        s,
                        "no duplicates",
                        "SELECT NULL AS bound, duplicate_of IS NULL AS pass, seconds, duplicate_of IS NOT NULL AS fails,"
                                + " false AS unknown FROM clips"));
            }
            for (Threshold t : query.thresholds) {
                flags.add(pass(t, query));
                String all = String.join(
                        " AND ", flags.stream().map(f -> "(" + f + ")").toList());
                steps.add(count(
                        s,
                        t.toString(),
                        "SELECT " + t.bound(query.step) + " AS bound, " + all + " AS pass, seconds, NOT ("
                                + pass(t, query) + ") AS fails, \"" + t.column() + "\" IS NULL AS unknown FROM clips"));
            }
        } catch (SQLException e) {
            throw failed(e);
        }
        return steps;
    }

    private static Step count(Statement s, String condition, String inner) throws SQLException {
        try (ResultSet r = s.executeQuery("SELECT avg(bound), count(*) FILTER (pass),"
                + " coalesce(sum(seconds) FILTER (pass), 0), count(*) FILTER (fails), count(*) FILTER (unknown)"
                + " FROM (" + inner + ")")) {
            r.next();
            double bound = r.getDouble(1);
            return new Step(
                    condition,
                    r.wasNull() ? Double.NaN : bound,
                    r.getLong(2),
                    r.getDouble(3),
                    r.getLong(4),
                    r.getLong(5));
        }
    }

    /** The condition as SQL, after its column has been looked up. */
    private String pass(Threshold t, Query query) {
        String type = columns.get(t.column());
        if (type == null || !(type.equals("DOUBLE") || type.equals("BIGINT"))) {
            throw new IllegalArgumentException("threshold: column = " + t.column() + " (expected: one of numbers: "
                    + columns.entrySet().stream()
                            .filter(e -> e.getValue().equals("DOUBLE"))
                            .map(Map.Entry::getKey)
                            .collect(Collectors.joining(", "))
                    + ")");
        }
        String column = '"' + t.column() + '"';
        return "coalesce(" + column + " " + t.operator() + " " + t.bound(query.step) + ", " + query.keepUnknown + ")";
    }

    private String passing(Query query) {
        List<String> flags = new ArrayList<>(List.of("true"));
        if (!query.keepDuplicates) {
            flags.add("duplicate_of IS NULL");
        }
        query.thresholds.forEach(t -> flags.add(pass(t, query)));
        // Percentiles per source would give the rows source by source.
        return "SELECT *, rowid AS row_, (" + String.join(") AND (", flags) + ") AS pass_ FROM clips";
    }

    /** Ids of the clips that pass, in the table's order. */
    public List<String> ids(Query query) throws IOException {
        List<String> ids = new ArrayList<>();
        try (Statement s = db.createStatement();
                ResultSet r = s.executeQuery("SELECT id FROM (" + passing(query) + ") WHERE pass_ ORDER BY row_")) {
            while (r.next()) {
                ids.add(r.getString(1));
            }
        } catch (SQLException e) {
            throw failed(e);
        }
        return ids;
    }

    /**
     * A clip that two queries judge differently.
     *
     * @param id of the clip
     * @param source it came from
     * @param startSeconds where in it
     * @param kept whether the second query keeps it
     */
    public record Change(String id, String source, double startSeconds, boolean kept) {}

    /** The clips that {@code after} judges otherwise than {@code before}, by source and time. */
    public List<Change> changes(Query before, Query after) throws IOException {
        List<Change> changes = new ArrayList<>();
        try (Statement s = db.createStatement();
                ResultSet r = s.executeQuery("SELECT b.id, b.source, b.start_seconds, a.pass_ FROM (" + passing(before)
                        + ") b JOIN (" + passing(after) + ") a USING (id) WHERE a.pass_ <> b.pass_"
                        + " ORDER BY b.source, b.start_seconds, b.id")) {
            while (r.next()) {
                changes.add(new Change(r.getString(1), r.getString(2), r.getDouble(3), r.getBoolean(4)));
            }
        } catch (SQLException e) {
            throw failed(e);
        }
        return changes;
    }

    /** Writes the rows that pass as Parquet. */
    public void write(Query query, Path out) throws IOException {
        try (Statement s = db.createStatement()) {
            s.execute(
                    "COPY (SELECT * EXCLUDE (pass_, row_) FROM (" + passing(query) + ") WHERE pass_ ORDER BY row_) TO "
                            + Duck.literal(out.toString()) + " (FORMAT parquet, COMPRESSION zstd)");
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            db.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }
}
