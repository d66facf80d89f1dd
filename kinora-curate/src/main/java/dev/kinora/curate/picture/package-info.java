/** Measures of single pictures: exposure, borders, blockiness, sharpness, flatness. */
@NullMarked
package dev.kinora.curate.picture;

import org.jspecify.annotations.NullMarked;
