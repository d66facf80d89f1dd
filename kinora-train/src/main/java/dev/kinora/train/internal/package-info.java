/** Insides of this module. */
@NullMarked
package dev.kinora.train.internal;

import org.jspecify.annotations.NullMarked;
