package dev.kinora.curate.stage;

/**
 * Chooses frames at about a rate by their own times, so that a variable frame rate is sampled evenly: the first frame,
 * then each that is at least a tick after the one chosen before.
 */
public final class Sampler {
    private final double tick;
    private double last = Double.NEGATIVE_INFINITY;

    /** @param perSecond frames wanted a second */
    public Sampler(double perSecond) {
        // Frames of 1/24 s and a tick of 1/8 s: rounding must not skip the third.
        this.tick = 1 / perSecond - 1e-4;
    }

    /** Whether the frame at this time is taken. */
    public boolean takes(double seconds) {
        if (seconds - last >= tick) {
            last = seconds;
            return true;
        }
        return false;
    }

    /** Begins another file. */
    public void reset() {
        last = Double.NEGATIVE_INFINITY;
    }
}
