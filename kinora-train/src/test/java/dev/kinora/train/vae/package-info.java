/** Tests. */
@NullMarked
package dev.kinora.train.vae;

import org.jspecify.annotations.NullMarked;
