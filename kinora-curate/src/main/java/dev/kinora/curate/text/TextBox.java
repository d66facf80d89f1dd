package dev.kinora.curate.text;

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
