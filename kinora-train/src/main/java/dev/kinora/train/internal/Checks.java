package dev.kinora.train.internal;

/** Refusals in the house's form. */
public final class Checks {
    private Checks() {}

    /**
     * Refuses what is not as it should be: {@code where: name = value (expected: …)}.
     *
     * @throws IllegalArgumentException unless {@code ok}
     */
    public static void require(boolean ok, String where, String name, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(where + ": " + name + " = " + value + " (expected: " + expected + ")");
        }
    }
}
