/** Trainers for the causal VAE and the diffusion transformer, what they share, and the files they leave. */
@NullMarked
package dev.kinora.train;

import org.jspecify.annotations.NullMarked;
