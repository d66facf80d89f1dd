package dev.kinora.curate.stage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The scores of one clip, by column; a column without a value is unknown, which is neither zero nor a verdict. */
public final class Scores {
    private final Map<String, Double> values = new LinkedHashMap<>();

    /** Sets a column; a value that is not finite leaves it unknown. */
    public Scores put(String column, double value) {
        if (Double.isFinite(value)) {
            // Negative zero would print differently and compare equal.
            values.put(column, value + 0.0);
        }
        return this;
    }

    /** What is known. */
    public Map<String, Double> values() {
        return Collections.unmodifiableMap(values);
    }

    /** Refuses columns that {@code stage} did not announce. */
    void requireOnly(String stage, Set<String> announced) {
        for (String name : values.keySet()) {
            if (!announced.contains(name)) {
                throw new IllegalStateException(stage + ": column = " + name + " (expected: one of " + announced + ")");
            }
        }
    }
}
