/** Helpers shared by the packages of this module; not for use outside it. */
@NullMarked
package dev.kinora.weights.internal;

import org.jspecify.annotations.NullMarked;
