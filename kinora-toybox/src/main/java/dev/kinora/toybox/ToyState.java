package dev.kinora.toybox;

import java.util.List;

/**
 * The exact state of the stage at one frame. Lengths are in units of the view's short side, x to the right and y down
 * from the upper left corner of the unmoved view; angles in radians, clockwise on the screen.
 *
 * @param seconds since the first frame
 */
public record ToyState(double seconds, View view, List<Body> bodies) {
    /** Copies the list. */
    public ToyState {
        bodies = List.copyOf(bodies);
    }

    /**
     * What the camera sees.
     *
     * @param x centre of the view
     * @param y centre of the view
     * @param zoom 1 shows the stage as it is, 2 shows half of it
     */
    public record View(double x, double y, double zoom) {}

    /**
     * One toy, in the order of the spec.
     *
     * @param vx units a second
     * @param vy units a second
     * @param spin radians a second
     * @param radius half its height now
     */
    public record Body(double x, double y, double vx, double vy, double angle, double spin, double radius) {}
}
