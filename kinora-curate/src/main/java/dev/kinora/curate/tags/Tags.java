package dev.kinora.curate.tags;

import dev.kinora.curate.stage.Column;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.StageInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** All tags of a table. */
public final class Tags {
    /** What the tags are and how they are decided. */
    public static final StageInfo INFO = new StageInfo(
            new Method("tags", 2, ""),
            Arrays.stream(Tag.values())
                    .map(t -> new Column(t.column(), "0..1", t.formula()))
                    .toList());

    private Tags() {}

    /**
     * A query that adds a column a tag to a table of clips; one whose scores the table lacks is unknown throughout.
     *
     * @param columns of the table
     */
    public static String select(String table, Set<String> columns) {
        List<String> parts = new ArrayList<>(List.of("*"));
        parts.add("'" + INFO.method().id() + "' AS tags_method");
        for (Tag tag : Tag.values()) {
            String formula = columns.containsAll(tag.inputs()) ? tag.formula() : "NULL";
            parts.add("(" + formula + ")::DOUBLE AS " + tag.column());
        }
        return "SELECT " + String.join(", ", parts) + " FROM " + table;
    }
}
