package dev.kinora.curate.query;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** DuckDB in memory, for tables in and out. */
public final class Duck {
    private Duck() {}

    /** A database of one thread, so that rows keep their order, which reads nothing from the network. */
    public static Connection open() throws SQLException {
        Connection c = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement s = c.createStatement()) {
            s.execute("SET threads TO 1");
            s.execute("SET preserve_insertion_order TO true");
            s.execute("SET autoinstall_known_extensions TO false");
            s.execute("SET autoload_known_extensions TO false");
        } catch (SQLException e) {
            c.close();
            throw e;
        }
        return c;
    }

    /** A text as SQL. */
    public static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
