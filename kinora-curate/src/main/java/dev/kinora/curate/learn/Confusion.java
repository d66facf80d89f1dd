package dev.kinora.curate.learn;

import java.util.Collection;
import java.util.Map;

/**
 * How a yes-or-no judgement does against labels, and what always giving the commoner answer would do.
 *
 * @param truePositives both say yes
 * @param falsePositives the judgement alone says yes
 * @param trueNegatives both say no
 * @param falseNegatives the label alone says yes
 * @param unknown labelled, and not judged; counted as no above
 */
public record Confusion(int truePositives, int falsePositives, int trueNegatives, int falseNegatives, int unknown) {
    /** Nothing judged yet. */
    public static final Confusion NONE = new Confusion(0, 0, 0, 0, 0);

    /**
     * Judges by values.
     *
     * @param labels by clip
     * @param values by clip, 0 to 1; yes from 0.5 on
     */
    public static Confusion of(Map<String, Boolean> labels, Map<String, Double> values) {
        Confusion sum = NONE;
        for (Map.Entry<String, Boolean> e : labels.entrySet()) {
            Double value = values.get(e.getKey());
            sum = sum.plus(e.getValue(), value != null && value >= 0.5, value == null);
        }
        return sum;
    }

    private Confusion plus(boolean label, boolean judged, boolean unjudged) {
        return new Confusion(
                truePositives + (label && judged ? 1 : 0),
                falsePositives + (!label && judged ? 1 : 0),
                trueNegatives + (!label && !judged ? 1 : 0),
                falseNegatives + (label && !judged ? 1 : 0),
                unknown + (unjudged ? 1 : 0));
    }

    /** Both together. */
    public Confusion plus(Confusion o) {
        return new Confusion(
                truePositives + o.truePositives,
                falsePositives + o.falsePositives,
                trueNegatives + o.trueNegatives,
                falseNegatives + o.falseNegatives,
                unknown + o.unknown);
    }

    /** All of several together. */
    public static Confusion sum(Collection<Confusion> parts) {
        return parts.stream().reduce(NONE, Confusion::plus);
    }

    /** Labelled clips. */
    public int count() {
        return truePositives + falsePositives + trueNegatives + falseNegatives;
    }

    /** Of those labelled yes. */
    public int positives() {
        return truePositives + falseNegatives;
    }

    /** Share of yes judgements that are right; NaN of none. */
    public double precision() {
        return (double) truePositives / (truePositives + falsePositives);
    }

    /** Share of labels yes that are found; NaN of none. */
    public double recall() {
        return (double) truePositives / positives();
    }

    /** Harmonic mean of precision and recall; 0 where nothing is found. */
    public double f1() {
        return 2.0 * truePositives / (2 * truePositives + falsePositives + falseNegatives);
    }

    /** Share of judgements that are right. */
    public double accuracy() {
        return (double) (truePositives + trueNegatives) / count();
    }

    /** What always giving the commoner answer would do; no where both are as common. */
    public Confusion majority() {
        int yes = positives();
        int no = count() - yes;
        return yes > no ? new Confusion(yes, no, 0, 0, 0) : new Confusion(0, 0, no, yes, 0);
    }
}
