package dev.kinora.language.prompt;

import java.util.List;

/** How long texts are, and how one is cut. */
public final class WordLimit {
    private WordLimit() {}

    /** Words between blanks. */
    public static int words(String text) {
        String t = text.strip();
        return t.isEmpty() ? 0 : t.split("\\s+").length;
    }

    /**
     * The text with at most {@code limit} words: whole sentences where the first ends within them, else a sentence that
     * breaks off.
     */
    public static String cut(String text, int limit) {
        if (words(text) <= limit) {
            return text.strip();
        }
        List<String> words = List.of(text.strip().split("\\s+")).subList(0, limit);
        for (int i = limit - 1; i >= limit / 3; i--) {
            if (words.get(i).matches(".*[.!?][\"')\\]]*")) {
                return String.join(" ", words.subList(0, i + 1));
            }
        }
        return String.join(" ", words).replaceFirst("[,;:]$", "") + "…";
    }
}
