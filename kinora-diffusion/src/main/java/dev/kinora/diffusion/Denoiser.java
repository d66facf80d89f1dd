package dev.kinora.diffusion;

import dev.kinora.tensor.Tensor;

/** A network with its conditions bound: what a solver calls at each step. */
@FunctionalInterface
public interface Denoiser {
    /**
     * The network's output for noisy {@code x}: noise, clean sample, velocity, whichever it was trained to give. Same
     * shape as {@code x} but for channels that are only inputs.
     */
    Tensor predict(Tensor x, Moment at);
}
