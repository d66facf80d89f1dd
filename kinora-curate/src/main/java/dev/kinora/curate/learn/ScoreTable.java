package dev.kinora.curate.learn;

import dev.kinora.curate.dataset.Manifest;
import dev.kinora.curate.query.Duck;
import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.StageInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scores of a dataset's clips, and what they mean. */
public final class ScoreTable {
    /** Facts beside the scores that say something about a clip. */
    private static final List<String> FACTS = List.of("seconds", "height", "source_bits_per_pixel");

    private final Manifest manifest;
    private final List<String> columns = new ArrayList<>(FACTS);
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, Map<String, @Nullable Double>> rows = new LinkedHashMap<>();

    /** Reads a dataset's table of clips, tags apart. */
    public ScoreTable(Path dataset) throws IOException {
        manifest = Manifest.read(dataset);
        manifest.stages().forEach(s -> s.columns().forEach(c -> columns.add(c.name())));
        List<String> all = new ArrayList<>(columns);
        manifest.tags().columns().stream().map(Column::name).forEach(all::add);
        String select =
                "SELECT id, source_sha256, \"" + String.join("\"::DOUBLE, \"", all) + "\"::DOUBLE FROM read_parquet("
                        + Duck.literal(dataset.resolve(Manifest.CLIPS).toString()) + ")";
        try (Connection db = Duck.open();
                Statement s = db.createStatement();
                ResultSet r = s.executeQuery(select)) {
            while (r.next()) {
                Map<String, @Nullable Double> row = new HashMap<>();
                for (int i = 0; i < all.size(); i++) {
                    double value = r.getDouble(i + 3);
                    row.put(all.get(i), r.wasNull() ? null : (Double) value);
                }
                sources.put(r.getString(1), r.getString(2));
                rows.put(r.getString(1), row);
            }
        } catch (SQLException e) {
            throw new IOException(
                    "curate: table = " + dataset + " (expected: a dataset's table of clips; " + e.getMessage() + ")",
                    e);
        }
    }

    /** The columns that a classifier learns from. */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    /** The methods of those columns, by stage: id, and the model's hash behind it where there is one. */
    public Map<String, String> methods() {
        Map<String, String> methods = new LinkedHashMap<>();
        for (StageInfo stage : manifest.stages()) {
            String model = stage.method().model();
            methods.put(stage.method().stage(), stage.method().id() + (model.isEmpty() ? "" : " " + model));
        }
        return methods;
    }

    /** Labelled clips as cases to learn from. */
    public Map<String, Learner.Case> cases(Map<String, Boolean> labels) {
        Map<String, Learner.Case> cases = new LinkedHashMap<>();
        labels.forEach((id, label) ->
                cases.put(id, new Learner.Case(sources.getOrDefault(id, id), rows.getOrDefault(id, Map.of()), label)));
        return cases;
    }

    /** What a column of scores or tags says of each clip that it knows. */
    public Map<String, Double> values(String column) {
        Map<String, Double> values = new LinkedHashMap<>();
        rows.forEach((id, row) -> {
            Double value = row.get(column);
            if (value != null) {
                values.put(id, value);
            }
        });
        return values;
    }

    /**
     * What a classifier says of each clip.
     *
     * @throws IOException if it learned from scores of other methods, which do not compare
     */
    public Map<String, Double> values(Forest forest) throws IOException {
        Map<String, String> mine = methods();
        for (Map.Entry<String, String> m : forest.methods().entrySet()) {
            if (!m.getValue().equals(mine.get(m.getKey()))) {
                throw new IOException("classifier: method of " + m.getKey() + " = " + m.getValue() + " (expected: "
                        + mine.getOrDefault(m.getKey(), "none") + ", the dataset's)");
            }
        }
        Map<String, Double> values = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, @Nullable Double>> e : rows.entrySet()) {
            values.put(e.getKey(), forest.of(e.getValue()));
        }
        return values;
    }
}
