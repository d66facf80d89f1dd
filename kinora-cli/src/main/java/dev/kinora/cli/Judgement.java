package dev.kinora.cli;

import dev.kinora.curate.learn.Confusion;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a judgement does against labels, beside what always giving the commoner answer would do.
 *
 * @param tag what is judged
 * @param clips labelled
 * @param positives of which were labelled yes
 * @param unknown of which were not judged, and count as no
 * @param precision share of yes that is right; null where nothing was judged yes
 * @param recall share of labels yes that was found; null where there are none
 * @param f1 harmonic mean of the two
 * @param accuracy share of all that is right
 * @param majorityPrecision the same by the commoner answer
 * @param majorityRecall the same by the commoner answer
 * @param majorityF1 the same by the commoner answer
 * @param majorityAccuracy the same by the commoner answer
 */
record Judgement(
        String tag,
        int clips,
        int positives,
        int unknown,
        @Nullable Double precision,
        @Nullable Double recall,
        double f1,
        double accuracy,
        @Nullable Double majorityPrecision,
        @Nullable Double majorityRecall,
        double majorityF1,
        double majorityAccuracy) {
    static Judgement of(String tag, Confusion c) {
        Confusion m = c.majority();
        return new Judgement(
                tag,
                c.count(),
                c.positives(),
                c.unknown(),
                finite(c.precision()),
                finite(c.recall()),
                zero(c.f1()),
                c.accuracy(),
                finite(m.precision()),
                finite(m.recall()),
                zero(m.f1()),
                m.accuracy());
    }

    static void header(PrintWriter to) {
        to.printf(
                "%-14s %6s %5s %8s  %9s %6s %6s %8s   %s%n",
                "tag",
                "clips",
                "yes",
                "unknown",
                "precision",
                "recall",
                "F1",
                "accuracy",
                "commoner answer: precision recall F1 accuracy");
    }

    void print(PrintWriter to) {
        to.printf(
                Locale.ROOT,
                "%-14s %6d %5d %8d  %9s %6s %6.3f %8.3f   %s %s %.3f %.3f%n",
                tag,
                clips,
                positives,
                unknown,
                text(precision),
                text(recall),
                f1,
                accuracy,
                text(majorityPrecision),
                text(majorityRecall),
                majorityF1,
                majorityAccuracy);
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? (Double) value : null;
    }

    private static double zero(double value) {
        return Double.isFinite(value) ? value : 0;
    }

    private static String text(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
