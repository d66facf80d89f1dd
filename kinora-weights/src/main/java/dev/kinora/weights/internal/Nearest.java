package dev.kinora.weights.internal;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the name a misspelt or renamed key was probably meant to be. */
public final class Nearest {
    // About a second of work: a checkpoint that shares nothing with the model must not cost minutes of hints.
    private static final long BUDGET = 400_000_000L;

    private long spent;

    /** The candidate with the least edit distance to {@code name}, or null where none is near enough to be of help. */
    public @Nullable String to(String name, Collection<String> candidates) {
        int limit = Math.max(2, name.length() * 2 / 5);
        int[] letters = letters(name);
        String best = null;
        for (String candidate : candidates) {
            spent += 64;
            if (Math.abs(candidate.length() - name.length()) > limit || apart(letters, candidate) > limit) {
                continue;
            }
            if (spent > BUDGET) {
                return best;
            }
            int distance = distance(name, candidate, limit);
            if (distance <= limit) {
                best = candidate;
                limit = distance - 1;
                if (limit < 0) {
                    break;
                }
            }
        }
        return best;
    }

    private static int[] letters(String s) {
        int[] counts = new int[64];
        for (int i = 0; i < s.length(); i++) {
            counts[s.charAt(i) & 63]++;
        }
        return counts;
    }

    /** A lower bound of the edit distance, from the letters alone. */
    private static int apart(int[] letters, String candidate) {
        int[] other = letters(candidate);
        int more = 0;
        int less = 0;
        for (int i = 0; i < letters.length; i++) {
            int d = letters[i] - other[i];
            more += Math.max(d, 0);
            less += Math.max(-d, 0);
        }
        return Math.max(more, less);
    }

    /** Levenshtein distance, or {@code limit + 1} where it is above the limit. */
    private int distance(String a, String b, int limit) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int from = Math.max(1, i - limit);
            int to = Math.min(b.length(), i + limit);
            int diagonal = row[from - 1];
            row[from - 1] = from == 1 ? i : limit + 1;
            int least = row[from - 1];
            for (int j = from; j <= to; j++) {
                int above = j == i + limit ? limit + 1 : row[j];
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int d = Math.min(diagonal + cost, Math.min(above, row[j - 1]) + 1);
                diagonal = row[j];
                row[j] = d;
                least = Math.min(least, d);
            }
            spent += to - from + 1;
            if (least > limit) {
                return limit + 1;
            }
        }
        return row[b.length()];
    }
}
