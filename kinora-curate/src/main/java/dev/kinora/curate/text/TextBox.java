package dev.kinora.curate.text;

import java.util.Arrays;
import java.util.Comparator;

/**
 * A line of text as a turned rectangle.
 *
 * @param corners four points x, y in shares of width and height, around it
 * @param score mean probability of text inside, 0 to 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written to
record TextBox(float[] corners, double score) {
    double left() {
        return min(0);
    }

    double right() {
        return -negated(0);
    }

    double top() {
        return min(1);
    }

    double bottom() {
        return -negated(1);
    }

    private double min(int axis) {
        double least = corners[axis];
        for (int i = axis; i < corners.length; i += 2) {
            least = Math.min(least, corners[i]);
        }
        return least;
    }

    private double negated(int axis) {
        double least = -corners[axis];
        for (int i = axis; i < corners.length; i += 2) {
            least = Math.min(least, -corners[i]);
        }
        return least;
    }

    /**
     * Its corners in pixels as one reads: upper left, upper right, lower right, lower left.
     *
     * @param width of the picture
     * @param height of the picture
     */
    float[] level(int width, int height) {
        Integer[] order = {0, 1, 2, 3};
        Arrays.sort(order, Comparator.comparingDouble(k -> corners[2 * k] * width));
        int[] left = byHeight(order[0], order[1]);
        int[] right = byHeight(order[2], order[3]);
        int[] around = {left[0], right[0], right[1], left[1]};
        float[] out = new float[8];
        for (int k = 0; k < 4; k++) {
            out[2 * k] = corners[2 * around[k]] * width;
            out[2 * k + 1] = corners[2 * around[k] + 1] * height;
        }
        return out;
    }

    private int[] byHeight(int a, int b) {
        return corners[2 * a + 1] <= corners[2 * b + 1] ? new int[] {a, b} : new int[] {b, a};
    }

    /** Shared area over joint area of the upright rectangles around both. */
    double overlap(TextBox other) {
        double w = Math.min(right(), other.right()) - Math.max(left(), other.left());
        double h = Math.min(bottom(), other.bottom()) - Math.max(top(), other.top());
        if (w <= 0 || h <= 0) {
            return 0;
        }
        double shared = w * h;
        return shared / (area() + other.area() - shared);
    }

    private double area() {
        return (right() - left()) * (bottom() - top());
    }

    /** Whether a point lies inside. */
    boolean contains(double x, double y) {
        boolean positive = false;
        boolean negative = false;
        for (int i = 0; i < 4; i++) {
            int j = (i + 1) % 4;
            double cross = (corners[2 * j] - corners[2 * i]) * (y - corners[2 * i + 1])
                    - (corners[2 * j + 1] - corners[2 * i + 1]) * (x - corners[2 * i]);
            positive |= cross > 0;
            negative |= cross < 0;
        }
        return !(positive && negative);
    }
}
