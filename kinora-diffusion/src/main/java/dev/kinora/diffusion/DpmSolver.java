package dev.kinora.diffusion;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * SDE-DPM-Solver++ of second order, multistep (Lu et al. 2022, arXiv 2211.01095), on half the log SNR
 * λ = ½·ln(ᾱ / (1 - ᾱ)), which is -∞ at pure noise and +∞ at the clean end: every term below has its limit there. First
 * order at the first step and where a step ends clean. Checked against diffusers {@code scheduling_dpm_cogvideox.py},
 * 0.42.1.
 */
final class DpmSolver implements Solver {
    private final Walk walk;
    private final Prediction prediction;

    DpmSolver(Walk walk, Prediction prediction) {
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

        double h = lambda(nextBar) - lambda(bar);
        double keep = Math.sqrt((1 - nextBar) / (1 - bar)) * Math.exp(-h);
        double pull = Math.expm1(-2 * h) * Math.sqrt(nextBar); // negative
        double stir = Math.sqrt(1 - nextBar) * Math.sqrt(1 - Math.exp(-2 * h));

        Tensor direction = x0;
        Tensor noise = draw(x, rng);
        if (previousX0 != null && !walk.endsClean(index)) {
            double r = (lambda(bar) - lambda(walk.alphaBar(index - 1))) / h;
            direction = Coefficient.times(1 + 1 / (2 * r), x0).sub(Coefficient.times(1 / (2 * r), previousX0));
            noise = draw(x, rng); // diffusers throws the first draw away here: the stream has to advance alike
        }
        return new Update(
                Coefficient.times(keep, x)
                        .sub(Coefficient.times(pull, direction))
                        .add(Coefficient.times(stir, noise)),
                x0);
    }

    private static double lambda(double bar) {
        return Math.log(Math.sqrt(bar / (1 - bar)));
    }

    private static Tensor draw(Tensor x, Rng rng) {
        Tensor noise = rng.randn(x.dtype(), x.shape());
        return x.device().equals(Device.CPU) ? noise : noise.to(x.device());
    }
}
