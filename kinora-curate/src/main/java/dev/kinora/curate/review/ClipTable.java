package dev.kinora.curate.review;

import dev.kinora.curate.query.Duck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Parquet table in memory, column by column. */
final class ClipTable {
    /** Values of a text column, each distinct one once. */
    record Words(List<String> names, List<Integer> of) {}

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, double[]> numbers = new LinkedHashMap<>();
    private final Map<String, @Nullable String[]> texts = new LinkedHashMap<>();
    private int rows;

    /** Reads a table; columns of other types than numbers and texts are left out. */
    static ClipTable read(Path parquet) throws IOException {
        ClipTable table = new ClipTable();
        String from = " FROM read_parquet(" + Duck.literal(parquet.toString()) + ")";
        try (Connection db = Duck.open();
                Statement s = db.createStatement()) {
            try (ResultSet r = s.executeQuery("DESCRIBE SELECT *" + from)) {
                while (r.next()) {
                    table.types.put(r.getString(1), r.getString(2));
                }
            }
            try (ResultSet r = s.executeQuery("SELECT count(*)" + from)) {
                r.next();
                table.rows = Math.toIntExact(r.getLong(1));
            }
            table.types.forEach((name, type) -> {
                switch (type) {
                    case "DOUBLE", "BIGINT" -> table.numbers.put(name, new double[table.rows]);
                    case "VARCHAR" -> table.texts.put(name, new String[table.rows]);
                    default -> {}
                }
            });
            try (ResultSet r = s.executeQuery("SELECT *" + from)) {
                for (int row = 0; r.next(); row++) {
                    table.read(r, row);
                }
            }
            return table;
        } catch (SQLException e) {
            throw new IOException(
                    "curate review: table = " + parquet + " (expected: one that can be read; " + e.getMessage() + ")",
                    e);
        }
    }

    private void read(ResultSet r, int row) throws SQLException {
        for (Map.Entry<String, double[]> column : numbers.entrySet()) {
            double value = r.getDouble(column.getKey());
            column.getValue()[row] = r.wasNull() ? Double.NaN : value;
        }
        for (Map.Entry<String, @Nullable String[]> column : texts.entrySet()) {
            column.getValue()[row] = r.getString(column.getKey());
        }
    }

    int rows() {
        return rows;
    }

    /** Columns of doubles, in the table's order. */
    List<String> scores() {
        return types.entrySet().stream()
                .filter(e -> e.getValue().equals("DOUBLE"))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Columns of texts, in the table's order. */
    List<String> textColumns() {
        return List.copyOf(texts.keySet());
    }

    boolean has(String column) {
        return types.containsKey(column);
    }

    double[] numbers(String column) {
        double[] values = numbers.get(column);
        if (values == null) {
            throw missing(column);
        }
        return values;
    }

    @Nullable
    String[] texts(String column) {
        @Nullable String[] values = texts.get(column);
        if (values == null) {
            throw missing(column);
        }
        return values;
    }

    private IllegalArgumentException missing(String column) {
        return new IllegalArgumentException(
                "curate review: column = " + column + " (expected: one of " + types.keySet() + ")");
    }

    /** A text column, each distinct value once; an unknown one is empty. */
    Words words(String column) {
        Map<String, Integer> index = new LinkedHashMap<>();
        List<Integer> of = new ArrayList<>();
        @Nullable String[] values = texts(column);
        for (int i = 0; i < rows; i++) {
            String value = values[i] == null ? "" : values[i];
            of.add(index.computeIfAbsent(value, v -> index.size()));
        }
        return new Words(new ArrayList<>(index.keySet()), of);
    }

    /** A column's doubles, little-endian, in base 64: exact to the bit; NaN where unknown. */
    String base64(String column) {
        double[] values = numbers(column);
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double v : values) {
            bytes.putDouble(v);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
