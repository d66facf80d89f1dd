package dev.kinora.toybox;

/** What the camera does during a clip. */
public enum ToyCamera {
    STILL,
    PAN_LEFT,
    PAN_RIGHT,
    ZOOM_IN,
    ZOOM_OUT
}
