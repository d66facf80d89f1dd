package dev.kinora.cli;

import dev.kinora.eval.Rate;
import dev.kinora.eval.ToyboxScore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How often clips show what was asked for.
 *
 * @param model what made the clips
 * @param clips how many were read
 * @param rates one an attribute
 * @param confusions the most frequent mistakes
 * @param distance of centres that were read from the true ones, in short sides; of rendered clips only
 * @param unlawful how far paths lie from the nearest that the motion's law gives, in short sides; of clips with one
 *     toy before a still camera
 * @param wrong what was asked and what was read, of the clips with a mistake
 */
record ToyboxReport(
        String model,
        Path reader,
        int clips,
        boolean heldOut,
        int seed,
        List<String> sizes,
        int frames,
        List<Line> rates,
        List<ToyboxScore.Counted> confusions,
        @Nullable Double distance,
        @Nullable Double unlawful,
        List<String> wrong)
        implements Report {
    @Override
    public void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s: %d clips of %s, %d frames, %s combinations%n",
                model,
                clips,
                String.join(" ", sizes),
                frames,
                heldOut ? "held-out" : "training");
        for (Line l : rates) {
            out.printf(
                    Locale.ROOT,
                    "  %-8s %5d/%-5d %6.1f %%   (%.1f to %.1f)%n",
                    l.attribute,
                    l.right,
                    l.total,
                    100 * l.share,
                    100 * l.low,
                    100 * l.high);
        }
        if (distance != null) {
            out.printf(Locale.ROOT, "  centres are off by %.4f short sides%n", distance);
        }
        if (unlawful != null) {
            out.printf(Locale.ROOT, "  paths are off the nearest that physics allows by %.4f short sides%n", unlawful);
        }
        if (!confusions.isEmpty()) {
            out.println("Most frequent mistakes (asked > read):");
            for (ToyboxScore.Counted c : confusions) {
                ToyboxScore.Confusion m = c.confusion();
                out.printf(
                        "  %4d  %-7s %s > %s%n",
                        c.count(), word(m.attribute().name()), word(m.asked()), word(m.read()));
            }
        }
    }

    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** One line an attribute. */
    static List<Line> lines(ToyboxScore score) {
        return Stream.of(ToyboxScore.Attribute.values())
                .map(a -> Line.of(a.name().toLowerCase(Locale.ROOT), score.rate(a)))
                .toList();
    }

    /** How often an attribute was right, with the 95 % interval (Wilson) of its true rate. */
    record Line(String attribute, int right, int total, double share, double low, double high) {
        static Line of(String attribute, Rate rate) {
            return new Line(attribute, rate.right(), rate.total(), rate.share(), rate.low(), rate.high());
        }
    }
}
