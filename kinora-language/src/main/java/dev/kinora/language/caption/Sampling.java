package dev.kinora.language.caption;

import java.util.ArrayList;
import java.util.List;

/**
 * Which moments of a clip a model is shown, and how large.
 *
 * @param videoFrames pictures that stand for the whole clip, 1 to 64, evenly spread
 * @param denseSeconds time between pictures that are described each by itself; CogVideoX has 2
 * @param denseFrames the most of those, 1 to 64; of a longer clip they lie farther apart
 * @param longSide pixels that a picture's longer side is reduced to, 32 to 4096
 */
public record Sampling(int videoFrames, double denseSeconds, int denseFrames, int longSide) {
    /** Eight pictures of a clip, one every two seconds but at most sixteen, 768 pixels. */
    public static final Sampling DEFAULT = new Sampling(8, 2, 16, 768);

    public Sampling {
        require(videoFrames >= 1 && videoFrames <= 64, "video frames", videoFrames, "1..64");
        require(denseSeconds > 0 && denseSeconds <= 3600, "dense seconds", denseSeconds, "above 0, at most 3600");
        require(denseFrames >= 1 && denseFrames <= 64, "dense frames", denseFrames, "1..64");
        require(longSide >= 32 && longSide <= 4096, "long side", longSide, "32..4096");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("sampling: " + name + " = " + value + " (expected: " + expected + ")");
        }
    }

    /** Times of the pictures that stand for a clip: the middles of equal parts. */
    public List<Double> video(double seconds) {
        return middles(seconds, videoFrames);
    }

    /** Times of the pictures that are described by themselves. */
    List<Double> dense(double seconds) {
        return middles(seconds, Math.clamp(Math.round(seconds / denseSeconds), 1, denseFrames));
    }

    private static List<Double> middles(double seconds, int parts) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            times.add((i + 0.5) / parts * seconds);
        }
        return times;
    }

    /** As one line. */
    @Override
    public String toString() {
        return "video frames " + videoFrames + ", dense " + denseSeconds + " s, at most " + denseFrames + ", long side "
                + longSide;
    }
}
