package dev.kinora.train;

/** Refusals in the house's form. */
final class Checks {
    private Checks() {}

    static void require(boolean ok, String where, String name, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(where + ": " + name + " = " + value + " (expected: " + expected + ")");
        }
    }
}
