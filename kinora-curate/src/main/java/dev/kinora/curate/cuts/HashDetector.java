package dev.kinora.curate.cuts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cut where the perceptual hash differs in too many bits from that of the frame before. */
public final class HashDetector implements CutDetector {
    private final double threshold;
    private final int size;
    private final int lowpass;
    private final int minSceneLength;
    private @Nullable FrameMeasures last;
    private int lastCut = -1;
    private double score;

    /** .35 of 8 x 8 bits, the lower half of the frequencies, shots of 15 frames and more. */
    public HashDetector() {
        this(0.35, 8, 2, 15);
    }

    /**
     * A detector.
     *
     * @param threshold share of bits, 0..1
     * @param size the hash has size x size bits, 2..64
     * @param lowpass one in this many frequencies is kept on each axis, 1..16
     * @param minSceneLength frames of the shortest shot
     */
    public HashDetector(double threshold, int size, int lowpass, int minSceneLength) {
        this.threshold = CutDetector.check("HashDetector", "threshold", threshold, 0, 1);
        this.size = (int) CutDetector.check("HashDetector", "size", size, 2, 64);
        this.lowpass = (int) CutDetector.check("HashDetector", "lowpass", lowpass, 1, 16);
        this.minSceneLength = minSceneLength;
    }

    @Override
    public String name() {
        return "hash";
    }

    @Override
    public List<Integer> accept(int index, FrameMeasures frame) {
        if (lastCut < 0) {
            lastCut = index;
        }
        FrameMeasures before = last;
        last = frame;
        score = before == null ? 0 : frame.hashDistance(before, size, lowpass);
        if (before != null && score >= threshold && index - lastCut >= minSceneLength) {
            lastCut = index;
            return List.of(index);
        }
        return List.of();
    }

    @Override
    public double score() {
        return score;
    }
}
