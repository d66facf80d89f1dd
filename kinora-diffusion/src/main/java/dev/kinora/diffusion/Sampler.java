package dev.kinora.diffusion;

import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import org.jspecify.annotations.Nullable;

/** The sampling loop: a pure function of denoiser, solver, noise and random stream. */
public final class Sampler {
    private Sampler() {}

    /** Told after every step; may throw to end the run. */
    @FunctionalInterface
    public interface Listener {
        /** Hears nothing. */
        Listener NONE = (at, sample, x0) -> {};

        /**
         * A step is done.
         *
         * @param sample the sample after the step; valid during the call
         * @param x0 the clean sample as estimated at this step, for previews; valid during the call
         */
        void stepped(Moment at, Tensor sample, Tensor x0);
    }

    /**
     * Walks from noise to a sample. Each step runs in a tensor scope of its own, without gradients; the sample keeps
     * the type of {@code noise} between steps, as diffusers' pipelines keep it.
     *
     * @param noise where to start: Gaussian noise, or a clean sample noised to the solver's first timestep
     * @param rng the stream that {@code noise} was drawn from, for solvers that draw more
     * @return the sample, same shape and type as {@code noise}, in the caller's scope
     * @throws ArithmeticException if a step gives a value that is not finite; the message says which step
     */
    public static Tensor sample(Denoiser denoiser, Solver solver, Tensor noise, Rng rng, Listener listener) {
        Solver.@Nullable Update last = null;
        for (int i = 0; i < solver.steps(); i++) {
            Moment at = new Moment(i, solver.timestep(i), solver.steps());
            Tensor x = last == null ? noise : last.sample();
            Tensor previousX0 = last == null ? null : last.x0();
            Solver.Update next =
                    TensorScope.compute(() -> Grad.off(() -> step(denoiser, solver, at, x, previousX0, rng)));
            if (last != null) {
                last.tensors().forEach(Tensor::release);
            }
            last = next;
            listener.stepped(at, next.sample(), next.x0());
        }
        if (last == null) {
            return noise.copy();
        }
        last.x0().release();
        return last.sample();
    }

    private static Solver.Update step(
            Denoiser denoiser, Solver solver, Moment at, Tensor x, @Nullable Tensor previousX0, Rng rng) {
        Tensor output = denoiser.predict(x, at);
        Solver.Update update = solver.step(at.index(), output, x, previousX0, rng);
        Tensor sample = update.sample().to(x.dtype());
        if (sample.isFinite().all().item() == 0) {
            throw new ArithmeticException("Sampler: step " + (at.index() + 1) + " of " + at.steps() + " (timestep "
                    + at.timestep() + ") = not finite (expected: finite values; fp16 may overflow, try bf16 or fp32)");
        }
        return new Solver.Update(sample, update.x0());
    }
}
