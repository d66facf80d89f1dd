package dev.kinora.diffusion;

import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way through the noise levels: how many steps, what the network is told at each, and how its output moves the
 * sample. Holds no state of a run, so one solver may serve many runs at once.
 */
public interface Solver {
    /** Number of steps, at least 1. */
    int steps();

    /** What the network is told at a step. */
    double timestep(int index);

    /**
     * One step.
     *
     * @param index the step, from 0
     * @param output the network's output at {@code x}, guided; fp32 whatever the type of {@code x}
     * @param x the noisy sample
     * @param previousX0 the clean sample that the step before this estimated; null at the first step
     * @param rng drawn from by stochastic solvers, in the order and number that diffusers draws
     */
    Update step(int index, Tensor output, Tensor x, @Nullable Tensor previousX0, Rng rng);

    /**
     * What a step gives.
     *
     * @param sample the sample at the next, lower noise level
     * @param x0 the clean sample as estimated at this step
     */
    record Update(Tensor sample, Tensor x0) implements TensorBundle {
        @Override
        public List<Tensor> tensors() {
            return List.of(sample, x0);
        }
    }
}
