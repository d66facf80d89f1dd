package dev.kinora.toybox;

/** What a toy does. The laws behind each are in {@link Stage}. */
public enum ToyMotion {
    /** Dropped, then bounces under gravity, losing energy at every contact. */
    BOUNCES,
    /** Rolls without slipping. */
    ROLLS_LEFT,
    /** Rolls without slipping. */
    ROLLS_RIGHT,
    /** Pushed once, then slowed by friction. */
    SLIDES_LEFT,
    /** Pushed once, then slowed by friction. */
    SLIDES_RIGHT,
    /** Takes off from the ground and accelerates upwards. */
    FLIES_UP,
    /** Falls from the top under gravity and comes to rest. */
    FALLS,
    /** Turns about its centre in the air. */
    SPINS,
    /** Hangs on a string: a pendulum. */
    SWINGS,
    /** Goes round a centre at constant speed. */
    CIRCLES,
    /** Crosses the stage in straight slanted strokes. */
    ZIGZAGS,
    /** Becomes larger, standing on the ground. */
    GROWS,
    /** Becomes smaller, standing on the ground. */
    SHRINKS,
    /** Hops again and again from the ground. */
    JUMPS,
    /** Tilts left and right on the spot. */
    WOBBLES,
    /** Does nothing. */
    STAYS;

    /** Whether gravity and contacts decide where it goes (otherwise its path is a given function of time). */
    public boolean isDynamic() {
        return switch (this) {
            case BOUNCES, ROLLS_LEFT, ROLLS_RIGHT, SLIDES_LEFT, SLIDES_RIGHT, FALLS, JUMPS, STAYS -> true;
            default -> false;
        };
    }

    /** Whether it is in contact with the ground all the time. */
    public boolean isGrounded() {
        return switch (this) {
            case ROLLS_LEFT, ROLLS_RIGHT, SLIDES_LEFT, SLIDES_RIGHT, GROWS, SHRINKS, WOBBLES, STAYS -> true;
            default -> false;
        };
    }
}
