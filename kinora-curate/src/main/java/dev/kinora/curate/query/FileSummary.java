package dev.kinora.curate.query;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of a dataset's sources, in figures.
 *
 * @param files how many there were
 * @param shots found in them
 * @param seconds of video decoded
 * @param packetBytes compressed bytes decoded, each once
 * @param recodedBytes compressed bytes decoded again to encode clips exactly
 * @param outcomes how many ended how: {@code ok}, {@code error truncated}, …
 */
public record FileSummary(
        long files, long shots, double seconds, long packetBytes, long recodedBytes, Map<String, Long> outcomes) {
    public FileSummary {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
    }

    /** Sums up a dataset's {@code files.parquet}. */
    public static FileSummary of(Path table) throws IOException {
        String from = " FROM read_parquet(" + Duck.literal(table.toString()) + ")";
        Map<String, Long> outcomes = new LinkedHashMap<>();
        try (Connection db = Duck.open();
                Statement s = db.createStatement()) {
            try (ResultSet r = s.executeQuery("SELECT trim(status || ' ' || error_class) AS outcome, count(*) AS n"
                    + from + " GROUP BY outcome ORDER BY n DESC, outcome")) {
                while (r.next()) {
                    outcomes.put(r.getString(1), r.getLong(2));
                }
            }
            try (ResultSet r = s.executeQuery(
                    "SELECT count(*), coalesce(sum(shots), 0), coalesce(sum(seconds), 0), coalesce(sum(packet_bytes), 0),"
                            + " coalesce(sum(recoded_bytes), 0)" + from)) {
                r.next();
                return new FileSummary(
                        r.getLong(1), r.getLong(2), r.getDouble(3), r.getLong(4), r.getLong(5), outcomes);
            }
        } catch (SQLException e) {
            throw new IOException(
                    "curate: table = " + table + " (expected: a dataset's table of files; " + e.getMessage() + ")", e);
        }
    }
}
