package dev.kinora.language.chat;

import org.jspecify.annotations.Nullable;

/** Counts questions, tokens and money, and says when the money is used up. Safe for several threads. */
public final class Spending {
    private final @Nullable Prices prices;
    private final double most;
    private long asked;
    private long fromCache;
    private Usage paid = Usage.NONE;
    private Usage saved = Usage.NONE;
    private int open;
    private double dearest;

    /**
     * Nothing spent yet.
     *
     * @param prices null where they are not known
     * @param most that may be spent; infinite for no bound
     */
    Spending(@Nullable Prices prices, double most) {
        if (!(most > 0)) {
            throw new IllegalArgumentException("max cost = " + most + " (expected: above 0)");
        }
        if (prices == null && most < Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("max cost = " + most + " (expected: prices with it)");
        }
        this.prices = prices;
        this.most = most;
    }

    /**
     * Totals so far.
     *
     * @param asked questions that the server answered
     * @param fromCache questions that the cache answered
     * @param paid tokens of the first
     * @param saved tokens of the second
     * @param cost of the first; null where prices are not known
     */
    public record Totals(
            long asked,
            long fromCache,
            Usage paid,
            Usage saved,
            @Nullable Double cost) {}

    /** Totals so far. */
    public synchronized Totals totals() {
        return new Totals(asked, fromCache, paid, saved, prices == null ? null : prices.of(paid));
    }

    /** Counts on one question more, as dear as the dearest so far, beside those that are open. */
    synchronized void begin() throws ChatException {
        if (prices != null && prices.of(paid) + (open + 1) * dearest > most) {
            throw new ChatException(
                    ChatException.Kind.BUDGET,
                    "chat: cost = %.4g spent, %.4g a question (expected: at most %.4g in all)"
                            .formatted(prices.of(paid), dearest, most));
        }
        open++;
    }

    /** The question is over, answered or not. */
    synchronized void end() {
        open--;
    }

    synchronized void answered(Usage usage) throws ChatException {
        asked++;
        paid = paid.plus(usage);
        if (prices != null) {
            dearest = Math.max(dearest, prices.of(usage));
        }
        if (most < Double.POSITIVE_INFINITY && !usage.known()) {
            throw new ChatException(
                    ChatException.Kind.UNUSABLE,
                    "chat: usage = none (expected: a server that counts tokens, or no max cost)");
        }
    }

    synchronized void cached(Usage usage) {
        fromCache++;
        saved = saved.plus(usage);
    }
}
