/** Tests. */
@NullMarked
package dev.kinora.train.latents;

import org.jspecify.annotations.NullMarked;
