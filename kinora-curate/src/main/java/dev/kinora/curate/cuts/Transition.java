package dev.kinora.curate.cuts;

/**
 * Where one shot becomes another.
 *
 * @param kind at once or by and by
 * @param first the first frame that is not wholly of the old shot
 * @param last the first frame that is wholly of the new one; of a cut the same as {@code first}
 * @param confidence 0..1: how far above its bars the rule found it; not a probability
 */
public record Transition(Kind kind, int first, int last, double confidence) {
    /** At once or by and by. */
    public enum Kind {
        /** From one frame to the next. */
        CUT,
        /** A fade, dissolve or wipe. */
        GRADUAL
    }

    public Transition {
        if (first < 0 || last < first || (kind == Kind.CUT && last != first)) {
            throw new IllegalArgumentException("Transition: frames = " + first + " to " + last
                    + " (expected: in order, and one and the same for a cut)");
        }
    }
}
