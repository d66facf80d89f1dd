/**
 * Toybox: a deterministic, seeded, vector-drawn world with real two-dimensional physics and captions that are true by
 * construction. A seed makes a {@link dev.kinora.toybox.ToyboxSpec}, a spec makes frames, states and captions.
 */
@NullMarked
package dev.kinora.toybox;

import org.jspecify.annotations.NullMarked;
