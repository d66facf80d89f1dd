package dev.kinora.curate.engine;

import dev.kinora.curate.cut.CutMode;
import dev.kinora.curate.dataset.Form;
import dev.kinora.curate.dataset.Plan;
import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.curate.worker.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Small runs and what they leave behind. */
final class Runs {
    /** The cheapest stage, shards of three clips, frames of at most 65,536 pixels. */
    static final Plan PLAN = new Plan(
            new Recipe(CutMode.COPY, 0.5, 20, Recipe.CASCADE, "", List.of("picture"), 1 << 16),
            Form.WEBDATASET,
            3,
            1 << 20,
            KeepRule.FIRST,
            0);

    private Runs() {}

    static WorkerLimits limits(int workers, double stallSeconds) {
        return new WorkerLimits(workers, 128, 2048, stallSeconds, 600);
    }

    /** The command line of a program of these tests in a process of its own. */
    static Process start(Path log, Class<?> main, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(args);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Hash of every file by path. */
    static Map<String, String> bytes(Path dataset) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(dataset)) {
            for (Path p : walk.filter(Files::isRegularFile).toList()) {
                all.put(dataset.relativize(p).toString(), Hashes.ofFile(p));
            }
        }
        return all;
    }

    /** The rows of a query, columns joined by a blank. */
    static List<String> rows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection c = DriverManager.getConnection("jdbc:duckdb:");
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery(sql)) {
            while (r.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(r.getObject(i)));
                }
                rows.add(String.join(" ", row));
            }
        }
        return rows;
    }
}
