package dev.kinora.language.chat;

/**
 * Tokens, as the server counted them; both 0 where it did not say.
 *
 * @param promptTokens of what was asked
 * @param completionTokens of what was answered
 */
public record Usage(long promptTokens, long completionTokens) {
    /** Nothing, or nothing known. */
    public static final Usage NONE = new Usage(0, 0);

    public Usage {
        if (promptTokens < 0 || completionTokens < 0) {
            throw new IllegalArgumentException(
                    "usage = " + promptTokens + ", " + completionTokens + " (expected: 0 or more tokens)");
        }
    }

    /** Both together. */
    public Usage plus(Usage other) {
        return new Usage(promptTokens + other.promptTokens, completionTokens + other.completionTokens);
    }

    /** Whether the server said. */
    public boolean known() {
        return promptTokens + completionTokens > 0;
    }
}
