package dev.kinora.toybox;

/** Where a clip takes place. */
public enum ToyScene {
    MEADOW,
    BEACH,
    CITY,
    OCEAN,
    MOUNTAINS,
    DESERT,
    SPACE,
    ROOM
}
