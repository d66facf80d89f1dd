/** Frames of one file handed to many observers, decoded once. */
@NullMarked
package dev.kinora.curate.frames;

import org.jspecify.annotations.NullMarked;
