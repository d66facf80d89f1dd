package dev.kinora.curate.query;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A condition on one score. In words:
 *
 * <pre>
 * motion_mean >= 0.02                          an absolute value
 * motion_mean >= p25                           the value that a quarter of all clips stay below
 * picture_sharpness >= p10 per source          the same among the clips of each source; or per bucket
 * motion_mean >= p10 from 0, p30 from 20000    by training step: the last that has begun counts
 * </pre>
 *
 * @param column a column of numbers
 * @param operator {@code >=}, {@code >}, {@code <=} or {@code <}
 * @param levels by the training step they begin at, ascending; the first begins at 0
 * @param per the column within whose equal values percentiles are taken; empty for all clips
 */
public record Threshold(String column, String operator, List<Level> levels, String per) {
    private static final Pattern FORM =
            Pattern.compile("\\s*([a-z][a-z0-9_]*)\\s*(>=|<=|>|<)\\s*(.+?)(?:\\s+per\\s+(source|bucket))?\\s*");
    private static final Pattern LEVEL =
            Pattern.compile("\\s*(p?)(-?[0-9.]+(?:[eE]-?[0-9]+)?)(?:\\s+from\\s+([0-9]+))?\\s*");

    /**
     * A bound and when it begins to hold.
     *
     * @param value the bound itself, or a percentile from 0 to 100
     * @param percentile which of the two
     * @param fromStep the training step
     */
    public record Level(double value, boolean percentile, long fromStep) {}

    public Threshold {
        levels = List.copyOf(levels);
    }

    /**
     * Reads a condition.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Threshold parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw bad(text, "COLUMN >= VALUE, such as motion_mean >= 0.02, or >= p25 per source");
        }
        List<Level> levels = new ArrayList<>();
        for (String part : m.group(3).split(",", -1)) {
            levels.add(level(text, part));
        }
        for (int i = 0; i < levels.size(); i++) {
            long from = levels.get(i).fromStep;
            if (i == 0 ? from != 0 : from <= levels.get(i - 1).fromStep) {
                throw bad(text, "steps that begin at 0 and ascend");
            }
        }
        return new Threshold(m.group(1), m.group(2), levels, m.group(4) == null ? "" : m.group(4));
    }

    private static Level level(String text, String part) {
        Matcher m = LEVEL.matcher(part);
        if (!m.matches()) {
            throw bad(text, "bounds such as 0.02, p25 or p25 from 20000");
        }
        try {
            double value = Double.parseDouble(m.group(2));
            boolean percentile = !m.group(1).isEmpty();
            if (percentile && (value < 0 || value > 100)) {
                throw bad(text, "percentiles from p0 to p100");
            }
            return new Level(value, percentile, m.group(3) == null ? 0 : Long.parseLong(m.group(3)));
        } catch (NumberFormatException e) {
            throw bad(text, "numbers");
        }
    }

    private static IllegalArgumentException bad(String text, String expected) {
        return new IllegalArgumentException("threshold = " + text + " (expected: " + expected + ")");
    }

    /** The bound that holds at a training step. */
    public Level at(long step) {
        Level now = levels.getFirst();
        for (Level l : levels) {
            now = l.fromStep <= step ? l : now;
        }
        return now;
    }

    /** The bound at a step as an SQL expression. */
    String bound(long step) {
        Level now = at(step);
        if (!now.percentile) {
            return Double.toString(now.value);
        }
        String window = per.isEmpty() ? "OVER ()" : "OVER (PARTITION BY \"" + per + "\")";
        return "quantile_cont(\"" + column + "\", " + now.value / 100 + ") " + window;
    }

    /** As it is read. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (Level l : levels) {
            String value = l.value == Math.rint(l.value) ? Long.toString((long) l.value) : Double.toString(l.value);
            parts.add((l.percentile ? "p" : "") + value + (levels.size() > 1 ? " from " + l.fromStep : ""));
        }
        return column + " " + operator + " " + String.join(", ", parts) + (per.isEmpty() ? "" : " per " + per);
    }
}
