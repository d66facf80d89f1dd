package dev.kinora.curate.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Parquet files, written by DuckDB in memory. */
public final class ParquetTable {
    private ParquetTable() {}

    /**
     * Writes a selection from a file of JSON lines; whole or not at all, and the same lines give the same bytes.
     *
     * @param lines one object a line
     * @param columns of the table, as SQL over the objects' keys: {@code id, captions.brief AS caption}
     * @param file to be written
     */
    public static void ofJsonLines(Path lines, String columns, Path file) throws IOException {
        Path draft = file.resolveSibling("." + file.getFileName());
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:");
                Statement s = c.createStatement()) {
            s.execute("SET threads TO 1");
            s.execute("SET preserve_insertion_order TO true");
            s.execute("SET autoinstall_known_extensions TO false");
            s.execute("SET autoload_known_extensions TO false");
            s.execute("COPY (SELECT " + columns + " FROM read_json(" + literal(lines)
                    + ", format = 'newline_delimited', maximum_object_size = 268435456, sample_size = -1)) TO "
                    + literal(draft) + " (FORMAT parquet, COMPRESSION zstd)");
        } catch (SQLException e) {
            Files.deleteIfExists(draft);
            throw new IOException(
                    file + ": rows = not written (expected: lines with " + columns + "; " + e.getMessage() + ")", e);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String literal(Path path) {
        return "'" + path.toAbsolutePath().toString().replace("'", "''") + "'";
    }
}
