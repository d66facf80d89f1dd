package dev.kinora.curate.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParquetTableTest {
    @TempDir
    Path folder;

    @Test
    void writesRowsInOrderAndTheSameBytesAgain() throws IOException, SQLException {
        Path lines = folder.resolve("rows.jsonl");
        Files.writeString(lines, """
                {"id": "b", "size": {"width": 3}, "words": ["x", "y"]}
                {"id": "a", "size": {"width": 4}, "words": []}
                """);
        Path file = folder.resolve("it's.parquet");
        ParquetTable.ofJsonLines(lines, "id, size.width AS width, len(words) AS words", file);
        byte[] once = Files.readAllBytes(file);
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:");
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT * FROM '" + file.toString().replace("'", "''") + "'")) {
            assertThat(r.next()).isTrue();
            assertThat(r.getString("id")).isEqualTo("b");
            assertThat(r.getLong("width")).isEqualTo(3);
            assertThat(r.getLong("words")).isEqualTo(2);
            assertThat(r.next()).isTrue();
            assertThat(r.getString("id")).isEqualTo("a");
            assertThat(r.next()).isFalse();
        }
        ParquetTable.ofJsonLines(lines, "id, size.width AS width, len(words) AS words", file);
        assertThat(Files.readAllBytes(file)).isEqualTo(once);
    }

    @Test
    void leavesNothingWhereAColumnIsMissing() throws IOException {
        Path lines = folder.resolve("rows.jsonl");
        Files.writeString(lines, "{\"id\": 1}\n");
        assertThatThrownBy(() -> ParquetTable.ofJsonLines(lines, "height", folder.resolve("t.parquet")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rows = not written");
        assertThat(folder.toFile().list()).containsExactly("rows.jsonl");
    }
}
