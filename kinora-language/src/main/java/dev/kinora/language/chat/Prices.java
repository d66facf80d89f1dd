package dev.kinora.language.chat;

/**
 * What tokens cost, in whatever currency the user counts.
 *
 * @param input per million tokens of prompts, pictures included
 * @param output per million tokens of answers
 */
public record Prices(double input, double output) {
    public Prices {
        if (!(input >= 0 && output >= 0) || Double.isInfinite(input + output)) {
            throw bad(input + ":" + output);
        }
    }

    /** Reads {@code 0.15:0.60}. */
    public static Prices parse(String text) {
        String[] parts = text.strip().split(":", -1);
        if (parts.length != 2) {
            throw bad(text);
        }
        try {
            return new Prices(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
        } catch (NumberFormatException e) {
            throw bad(text);
        }
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException("prices = " + text
                + " (expected: INPUT:OUTPUT, the price of a million tokens each, such as 0.15:0.60)");
    }

    /** Of an answer. */
    public double of(Usage usage) {
        return (usage.promptTokens() * input + usage.completionTokens() * output) / 1e6;
    }
}
