package dev.kinora.nn;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/** How a parameter's first value is drawn; fp32. */
@FunctionalInterface
public interface Init {
    /** Draws a value of this shape. */
    Tensor draw(Rng rng, long... shape);

    /** All ones. */
    Init ONES = (rng, shape) -> Tensors.ones(DType.FP32, shape);

    /** All zeros. */
    Init ZEROS = (rng, shape) -> Tensors.zeros(DType.FP32, shape);

    /** Normal with mean 0 and this standard deviation. */
    static Init normal(double std) {
        return (rng, shape) -> rng.randn(DType.FP32, shape).mul(std);
    }

    /** Uniform in [-bound, bound]. */
    static Init uniform(double bound) {
        return (rng, shape) -> rng.rand(DType.FP32, shape).mul(2 * bound).sub(bound);
    }

    /** Uniform in ±1/√fanIn: torch's default for linear and convolution layers. */
    static Init fanIn(long fanIn) {
        return uniform(1 / Math.sqrt(fanIn));
    }
}
