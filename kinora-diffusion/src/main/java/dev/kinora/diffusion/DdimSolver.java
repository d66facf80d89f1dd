package dev.kinora.diffusion;

import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * DDIM without noise (Song et al. 2021, arXiv 2010.02502, formula 12 with η = 0), in the form that survives ᾱ = 0: the
 * noise is never divided out of the sample. Checked against diffusers {@code scheduling_ddim_cogvideox.py}, 0.42.1.
 */
final class DdimSolver implements Solver {
    private final Walk walk;
    private final Prediction prediction;

    DdimSolver(Walk walk, Prediction prediction) {
        this.walk = walk;
        this.prediction = prediction;
    }

    @Override
    public int steps() {
        return walk.steps();
    }

    @Override
    public double timestep(int index) {
        return walk.timestep(index);
    }

    @Override
    public Update step(int index, Tensor output, Tensor x, @Nullable Tensor previousX0, Rng rng) {
        double bar = walk.alphaBar(index);
        double nextBar = walk.nextAlphaBar(index);
        Tensor x0 = prediction.x0(output, x, bar);
        double a = Math.sqrt((1 - nextBar) / (1 - bar)); // the noise of x, shrunk to that of the next level
        double b = Math.sqrt(nextBar) - Math.sqrt(bar) * a; // the signal that is then missing
        return new Update(Coefficient.times(a, x).add(Coefficient.times(b, x0)), x0);
    }
}
