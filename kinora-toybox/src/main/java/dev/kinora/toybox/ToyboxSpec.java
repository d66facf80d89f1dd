package dev.kinora.toybox;

import java.util.List;

/**
 * Everything that decides a clip. Equal specs give equal frames.
 *
 * @param seed draws the small things of the scene and the words of the captions
 * @param toys one toy, or two
 * @param collide whether the first of two toys runs into the second
 * @param width pixels
 * @param height pixels
 * @param frames how many
 * @param fps frames a second
 */
public record ToyboxSpec(
        long seed,
        ToyScene scene,
        List<Toy> toys,
        boolean collide,
        ToyCamera camera,
        int width,
        int height,
        int frames,
        double fps) {

    /** Checks the ranges. */
    public ToyboxSpec {
        toys = List.copyOf(toys);
        require(!toys.isEmpty() && toys.size() <= 2, "toys", toys.size(), "1 or 2");
        require(!collide || toys.size() == 2, "collide", collide, "false with one toy");
        require(width >= 16 && width <= 8192, "width", width, "16..8192 pixels");
        require(height >= 16 && height <= 8192, "height", height, "16..8192 pixels");
        require(frames >= 1, "frames", frames, "1 or more");
        require(fps > 0 && fps <= 240, "fps", fps, "above 0, at most 240");
    }

    /** Seconds from the first frame to the last. */
    public double seconds() {
        return (frames - 1) / fps;
    }

    /** Width of the stage in units of the view's short side. */
    public double stageWidth() {
        return (double) width / Math.min(width, height);
    }

    /** Height of the stage in units of the view's short side. */
    public double stageHeight() {
        return (double) height / Math.min(width, height);
    }

    /** Where the ground is, in stage units from the top. */
    public double ground() {
        return stageHeight() - 0.2;
    }

    private static void require(boolean ok, String name, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException("toybox: " + name + " = " + value + " (expected: " + expected + ")");
        }
    }
}
