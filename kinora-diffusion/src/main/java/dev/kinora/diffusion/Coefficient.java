package dev.kinora.diffusion;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/** Products with a schedule's numbers, rounded as diffusers' are. */
final class Coefficient {
    private Coefficient() {}

    /**
     * {@code c · x}. diffusers writes a zero-dimensional tensor to the left of the sample; on the CPU torch then rounds
     * it to a 16-bit sample's own type before it multiplies, which it does not do with a number on the right.
     */
    static Tensor times(double c, Tensor x) {
        if (x.dtype().bytes() == 2 && x.device().equals(Device.CPU)) {
            return Tensors.scalar(c, x.dtype()).mul(x);
        }
        return x.mul(c);
    }
}
