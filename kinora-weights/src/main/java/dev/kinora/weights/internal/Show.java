package dev.kinora.weights.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts values into messages: short, on one line, whatever a hostile file put into them. */
public final class Show {
    private static final int LIMIT = 120;

    private Show() {}

    /** The message {@code where: name = value (expected: …)} that every refusal of the house has. */
    public static String message(String where, String name, @Nullable Object value, String expected) {
        return where + ": " + clip(name) + " = " + value(value) + " (expected: " + expected + ")";
    }

    /** The value as text: arrays as lists, control characters escaped, long text cut. */
    public static String value(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case long[] a -> clip(Arrays.toString(a));
            case int[] a -> clip(Arrays.toString(a));
            default -> clip(value.toString());
        };
    }

    /** The items in one line: at most {@code most} of them, then how many more there are. */
    public static String some(Collection<?> items, int most) {
        String head = items.stream().limit(most).map(Show::value).collect(Collectors.joining(", "));
        return items.size() > most ? head + ", … (" + (items.size() - most) + " more)" : head;
    }

    private static String clip(String s) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (out.length() >= LIMIT) {
                return out.append("… (")
                        .append(s.length())
                        .append(" characters)")
                        .toString();
            }
            if (Character.isISOControl(c) || Character.isSurrogate(c) || Character.getType(c) == Character.FORMAT) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
