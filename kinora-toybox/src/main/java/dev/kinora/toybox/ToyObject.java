package dev.kinora.toybox;

import java.util.Locale;

/** What can be on the stage. Every toy fills the box [-1, 1] x [-1, 1] of its own drawing and stands on its lower edge. */
public enum ToyObject {
    BALL,
    CUBE,
    STAR,
    HEART,
    BALLOON,
    CAR,
    BOAT,
    ROCKET,
    PLANE,
    TRAIN,
    DUCK,
    FISH,
    BUTTERFLY,
    CAT,
    RABBIT,
    MUSHROOM,
    HOUSE,
    TREE,
    FLOWER,
    ROBOT;

    /** The word for it in a caption, such as {@code ball}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
