/** Faces: how often, how large, how steady. */
@NullMarked
package dev.kinora.curate.face;

import org.jspecify.annotations.NullMarked;
