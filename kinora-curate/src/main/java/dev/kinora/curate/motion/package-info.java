/** Dense flow: how fast the picture, the camera and the objects move, and where nothing does. */
@NullMarked
package dev.kinora.curate.motion;

import org.jspecify.annotations.NullMarked;
