package dev.kinora.curate.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values measured at times, several a time. */
public final class Samples {
    private final int width;
    private final List<double[]> rows = new ArrayList<>();
    private long[] from = new long[64];
    private long[] to = new long[64];

    /** @param width values a time */
    public Samples(int width) {
        this.width = width;
    }

    /**
     * Adds what was measured between two pictures, or of one picture where both times are equal.
     *
     * @param values {@code width} of them, kept
     */
    public void add(long fromPts, long toPts, double... values) {
        if (values.length != width) {
            throw new IllegalArgumentException(
                    "Samples.add: values.length = " + values.length + " (expected: " + width + ")");
        }
        if (rows.size() == from.length) {
            from = Arrays.copyOf(from, from.length * 2);
            to = Arrays.copyOf(to, to.length * 2);
        }
        from[rows.size()] = fromPts;
        to[rows.size()] = toPts;
        rows.add(values);
    }

    /** Those of which both pictures lie in {@code span}. */
    public List<double[]> in(Span span) {
        List<double[]> found = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (span.contains(from[i]) && span.contains(to[i])) {
                found.add(rows.get(i));
            }
        }
        return found;
    }

    /** Mean of value {@code at}; NaN of none. */
    public static double mean(List<double[]> rows, int at) {
        double sum = 0;
        for (double[] r : rows) {
            sum += r[at];
        }
        return rows.isEmpty() ? Double.NaN : sum / rows.size();
    }

    /** The smallest; NaN of none. */
    public static double min(List<double[]> rows, int at) {
        double min = Double.NaN;
        for (double[] r : rows) {
            min = Double.isNaN(min) ? r[at] : Math.min(min, r[at]);
        }
        return min;
    }

    /** The largest; NaN of none. */
    public static double max(List<double[]> rows, int at) {
        double max = Double.NaN;
        for (double[] r : rows) {
            max = Double.isNaN(max) ? r[at] : Math.max(max, r[at]);
        }
        return max;
    }

    /** The value below which a share {@code q} of them lies, 0 to 1; NaN of none. */
    public static double quantile(List<double[]> rows, int at, double q) {
        double[] all = rows.stream().mapToDouble(r -> r[at]).sorted().toArray();
        return all.length == 0 ? Double.NaN : all[(int) Math.round(q * (all.length - 1))];
    }
}
