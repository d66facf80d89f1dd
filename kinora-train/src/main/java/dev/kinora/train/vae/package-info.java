/** Training the causal autoencoder, by one process or several. */
@NullMarked
package dev.kinora.train.vae;

import org.jspecify.annotations.NullMarked;
