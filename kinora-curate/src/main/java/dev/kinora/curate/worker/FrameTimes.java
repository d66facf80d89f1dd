package dev.kinora.curate.worker;

import dev.kinora.media.Rational;
import java.util.Arrays;

/** When each frame of a file is shown. */
final class FrameTimes {
    private final double tick;
    private final double nominal;
    private long[] pts = new long[256];
    private double[] seconds = new double[256];
    private int count;

    FrameTimes(Rational timeBase, Rational frameRate) {
        tick = timeBase.toDouble();
        nominal = frameRate.inverse().toDouble();
    }

    void add(long framePts, double frameSeconds) {
        if (count == pts.length) {
            pts = Arrays.copyOf(pts, count * 2);
            seconds = Arrays.copyOf(seconds, count * 2);
        }
        pts[count] = framePts;
        seconds[count++] = frameSeconds;
    }

    int count() {
        return count;
    }

    long[] pts() {
        return Arrays.copyOf(pts, count);
    }

    double[] seconds() {
        return Arrays.copyOf(seconds, count);
    }

    /** First tick after the last frame, which stands as long as a nominal one. */
    long endPts() {
        return count == 0 ? 0 : pts[count - 1] + Math.max(1, Math.round(nominal / tick));
    }

    double endSeconds() {
        return count == 0 ? 0 : seconds[count - 1] + nominal;
    }

    /** Seconds of a tick of this file, measured from its first frame. */
    double secondsAt(long at) {
        return count == 0 ? 0 : (at - pts[0]) * tick;
    }

    /** Frames from {@code from} to before {@code to}. */
    int between(long from, long to) {
        int n = 0;
        for (int i = 0; i < count; i++) {
            n += pts[i] >= from && pts[i] < to ? 1 : 0;
        }
        return n;
    }

    boolean variable() {
        double[] steps = new double[Math.max(0, count - 1)];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = seconds[i + 1] - seconds[i];
        }
        Arrays.sort(steps);
        if (steps.length < 3) {
            return false;
        }
        double middle = steps[steps.length / 2];
        // A container that counts milliseconds rounds each step by up to one.
        double slack = Math.max(0.1 * middle, 1.5 * tick);
        return steps[steps.length - 1] - middle > slack || middle - steps[0] > slack;
    }
}
