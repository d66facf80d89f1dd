package dev.kinora.cli;

import dev.kinora.language.chat.Spending;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a command asked of a language model.
 *
 * @param questions that the server answered
 * @param fromCache questions that were answered before
 * @param promptTokens of the first
 * @param completionTokens of the first
 * @param cost of the first; null where prices were not given
 */
record Spent(
        long questions,
        long fromCache,
        long promptTokens,
        long completionTokens,
        @Nullable Double cost) {
    static Spent of(Spending.Totals t) {
        return new Spent(
                t.asked(), t.fromCache(), t.paid().promptTokens(), t.paid().completionTokens(), t.cost());
    }

    void print(PrintWriter to) {
        to.printf(
                Locale.ROOT,
                "  asked %d questions (%d tokens in, %d out%s), %d from the cache%n",
                questions,
                promptTokens,
                completionTokens,
                cost == null ? "" : String.format(Locale.ROOT, ", cost %.4f", cost),
                fromCache);
    }
}
