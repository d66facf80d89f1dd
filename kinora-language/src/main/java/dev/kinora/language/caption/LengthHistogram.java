package dev.kinora.language.caption;

import dev.kinora.language.prompt.WordLimit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long captions are, in words.
 *
 * @param captions how many there are
 * @param mean words of one
 * @param shortest words of the shortest
 * @param median words of the one in the middle; the lower of two
 * @param longest words of the longest
 * @param bins counts by length, those in front and behind without any left out
 */
public record LengthHistogram(int captions, double mean, int shortest, int median, int longest, List<Bin> bins) {
    private static final int[] FROM = {0, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 101, 150, 200};

    /**
     * A range of lengths.
     *
     * @param from fewest words
     * @param to most words; -1 for no bound
     * @param captions that have so many
     */
    public record Bin(int from, int to, int captions) {
        /** {@code 10-14}. */
        public String label() {
            return to < 0 ? from + "+" : from == to ? Integer.toString(from) : from + "-" + to;
        }
    }

    public LengthHistogram {
        bins = List.copyOf(bins);
    }

    /** Of these captions. */
    public static LengthHistogram of(List<String> captions) {
        int[] words = captions.stream().mapToInt(WordLimit::words).sorted().toArray();
        if (words.length == 0) {
            return new LengthHistogram(0, 0, 0, 0, 0, List.of());
        }
        List<Bin> bins = new ArrayList<>();
        for (int i = 0; i < FROM.length; i++) {
            int from = FROM[i];
            int to = i + 1 < FROM.length ? FROM[i + 1] - 1 : -1;
            int n = (int) Arrays.stream(words)
                    .filter(w -> w >= from && (to < 0 || w <= to))
                    .count();
            bins.add(new Bin(from, to, n));
        }
        while (bins.getLast().captions() == 0) {
            bins.removeLast();
        }
        while (bins.getFirst().captions() == 0) {
            bins.removeFirst();
        }
        return new LengthHistogram(
                words.length,
                Arrays.stream(words).average().orElse(0),
                words[0],
                words[(words.length - 1) / 2],
                words[words.length - 1],
                bins);
    }

    /** A line a bin, with a bar of at most {@code width} signs for the fullest. */
    public List<String> lines(int width) {
        int most = bins.stream().mapToInt(Bin::captions).max().orElse(1);
        return bins.stream()
                .map(b -> String.format(Locale.ROOT, "%9s %7d %s", b.label(), b.captions(), "#".repeat((int)
                                        Math.ceil((double) width * b.captions() / most)))
                        .stripTrailing())
                .toList();
    }
}
