package dev.kinora.eval;

import dev.kinora.toybox.ToyColor;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyScene;
import java.util.List;

/**
 * What was read from a clip.
 *
 * @param scene where it takes place
 * @param collides whether one toy runs into the other
 * @param toys one or two, from left to right by where they begin
 * @param confidence the least probability among the answers, 0 to 1
 */
public record ToyboxReading(ToyScene scene, boolean collides, List<SeenToy> toys, double confidence) {
    /** Copies the list. */
    public ToyboxReading {
        toys = List.copyOf(toys);
    }

    /**
     * One toy.
     *
     * @param path where it is in every frame
     */
    public record SeenToy(ToyObject object, ToyColor color, ToyMotion motion, List<Place> path) {
        /** Copies the list. */
        public SeenToy {
            path = List.copyOf(path);
        }
    }

    /**
     * Where a toy is in a frame, in units of the picture's short side.
     *
     * @param x to the right from the picture's centre
     * @param y down from the picture's centre
     * @param radius half its height
     */
    public record Place(double x, double y, double radius) {}
}
