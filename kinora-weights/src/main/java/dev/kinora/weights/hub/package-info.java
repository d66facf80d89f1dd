/** Fetches checkpoints from a model hub into the cache that Python tools share. */
@NullMarked
package dev.kinora.weights.hub;

import org.jspecify.annotations.NullMarked;
