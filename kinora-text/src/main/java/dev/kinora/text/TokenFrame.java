package dev.kinora.text;

import java.util.Arrays;

/** What stands around the ids of a text: special tokens before and after, padding on one side. */
final class TokenFrame {
    private final long[] before;
    private final long[] after;
    private final long pad;
    private final boolean truncateLeft;
    private final boolean padLeft;

    TokenFrame(long[] before, long[] after, long pad, boolean truncateLeft, boolean padLeft) {
        this.before = before;
        this.after = after;
        this.pad = pad;
        this.truncateLeft = truncateLeft;
        this.padLeft = padLeft;
    }

    long pad() {
        return pad;
    }

    Tokens all(long[] text) {
        return exactly(before.length + text.length + after.length, text);
    }

    Tokens exactly(int length, long[] text) {
        int room = length - before.length - after.length;
        if (room < 0) {
            throw new IllegalArgumentException("tokenizer: length = " + length + " (expected: at least "
                    + (before.length + after.length) + ", the special tokens)");
        }
        int kept = Math.min(room, text.length);
        int count = before.length + kept + after.length;
        int start = padLeft ? length - count : 0;
        var ids = new long[length];
        var mask = new long[length];
        Arrays.fill(ids, pad);
        Arrays.fill(mask, start, start + count, 1);
        System.arraycopy(before, 0, ids, start, before.length);
        System.arraycopy(text, truncateLeft ? text.length - kept : 0, ids, start + before.length, kept);
        System.arraycopy(after, 0, ids, start + before.length + kept, after.length);
        return new Tokens(ids, mask);
    }
}
