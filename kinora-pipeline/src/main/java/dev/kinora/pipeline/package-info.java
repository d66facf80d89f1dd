/**
 * From a request to a video, in five stages: pre-processing, diffusion model, motion, condition control,
 * post-processing. A task or a model adds a stage, never an {@code if}.
 */
@NullMarked
package dev.kinora.pipeline;

import org.jspecify.annotations.NullMarked;
