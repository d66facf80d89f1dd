/** CogVideoX (arXiv 2408.06072): the expert transformer, its positions, and the causal 3D autoencoder. */
@NullMarked
package dev.kinora.models.cogvideox;

import org.jspecify.annotations.NullMarked;
