package dev.kinora.text;

import java.util.Arrays;

/**
 * The ids of one text, padding included, with the mask that tells one from the other.
 *
 * <p>Immutable; {@code ids} and {@code attentionMask} have the same length L.
 */
public final class Tokens {
    private final long[] ids;
    private final long[] attentionMask;

    Tokens(long[] ids, long[] attentionMask) {
        this.ids = ids;
        this.attentionMask = attentionMask;
    }

    /** The ids, [L], int64 as an embedding wants them. */
    public long[] ids() {
        return ids.clone();
    }

    /** 1 where a token stands, 0 where padding does, [L]. */
    public long[] attentionMask() {
        return attentionMask.clone();
    }

    /** L: tokens and padding together. */
    public int length() {
        return ids.length;
    }

    /** How many of the ids are not padding. */
    public int count() {
        return Math.toIntExact(Arrays.stream(attentionMask).sum());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tokens that
                && Arrays.equals(ids, that.ids)
                && Arrays.equals(attentionMask, that.attentionMask);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return "Tokens" + Arrays.toString(ids) + (" of " + length());
    }
}
