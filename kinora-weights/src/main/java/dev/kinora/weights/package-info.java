/** Checkpoints: safetensors files, configs, the diffusers folder layout, the strict loader and hashes. */
@NullMarked
package dev.kinora.weights;

import org.jspecify.annotations.NullMarked;
