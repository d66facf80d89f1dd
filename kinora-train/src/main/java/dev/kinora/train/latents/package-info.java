/** Encoded clips on disk, and which of them each step of a transformer sees: buckets of one shape, or packs. */
@NullMarked
package dev.kinora.train.latents;

import org.jspecify.annotations.NullMarked;
