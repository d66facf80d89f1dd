/** How good a video is: fidelity to a reference, and what a clip of the Toybox world shows. */
@NullMarked
package dev.kinora.eval;

import org.jspecify.annotations.NullMarked;
