package dev.kinora.diffusion;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.Arrays;
import java.util.List;

/**
 * How much signal is left at each of T discrete timesteps: ᾱ (alphas_cumprod), in double precision throughout. Sample t
 * is x = √ᾱ·x0 + √(1 - ᾱ)·ε; its signal-to-noise ratio is ᾱ / (1 - ᾱ).
 *
 * <p>Sources: Ho et al. 2020 for ᾱ, Lin et al. 2023 (arXiv 2305.08891) algorithm 1 for zero terminal SNR, diffusers
 * {@code scheduling_ddim_cogvideox.py} for the SNR shift and the order of the two.
 */
public final class NoiseSchedule {
    private final double[] alphaBar; // [T]

    private NoiseSchedule(double[] alphaBar) {
        this.alphaBar = alphaBar;
    }

    /** The schedule of the variances β added from one timestep to the next: ᾱ_t = Π (1 - β_i), i ≤ t. */
    public static NoiseSchedule ofBetas(double... betas) {
        double[] bar = new double[betas.length];
        double product = 1;
        for (int t = 0; t < bar.length; t++) {
            if (!(betas[t] >= 0 && betas[t] <= 1)) {
                throw new IllegalArgumentException(
                        "NoiseSchedule: beta[" + t + "] = " + betas[t] + " (expected: within 0 and 1)");
            }
            product *= 1 - betas[t];
            bar[t] = product;
        }
        return new NoiseSchedule(requireAny(bar));
    }

    /** β rises linearly from {@code start} to {@code end} over T timesteps. */
    public static NoiseSchedule linear(double start, double end, int timesteps) {
        return ofBetas(linspace(start, end, timesteps));
    }

    /** √β rises linearly from √start to √end over T timesteps: the schedule of latent diffusion. */
    public static NoiseSchedule scaledLinear(double start, double end, int timesteps) {
        double[] betas = linspace(Math.sqrt(start), Math.sqrt(end), timesteps);
        Arrays.setAll(betas, t -> betas[t] * betas[t]);
        return ofBetas(betas);
    }

    /** ᾱ falls as cos² (Nichol and Dhariwal 2021), each β capped at 0.999. */
    public static NoiseSchedule squaredCosine(int timesteps) {
        double[] betas = new double[timesteps];
        for (int t = 0; t < timesteps; t++) {
            double next = cosineBar((t + 1.0) / timesteps);
            betas[t] = Math.min(1 - next / cosineBar((double) t / timesteps), 0.999);
        }
        return ofBetas(betas);
    }

    private static double cosineBar(double t) {
        double c = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
        return c * c;
    }

    /**
     * Every SNR divided by {@code scale}: ᾱ / (scale + (1 - scale)·ᾱ). CogVideoX-2B uses 3, the others 1.
     */
    public NoiseSchedule shiftSnr(double scale) {
        if (!(scale > 0)) {
            throw new IllegalArgumentException("NoiseSchedule: snr_shift_scale = " + scale + " (expected: above 0)");
        }
        return new NoiseSchedule(Arrays.stream(alphaBar)
                .map(bar -> bar / (scale + (1 - scale) * bar))
                .toArray());
    }

    /** √ᾱ moved and stretched so that the last is 0, pure noise, and the first stays. Shift the SNR before, not after. */
    public NoiseSchedule rescaleZeroTerminalSnr() {
        double first = Math.sqrt(alphaBar[0]);
        double last = Math.sqrt(alphaBar[alphaBar.length - 1]);
        double stretch = first / (first - last);
        return new NoiseSchedule(Arrays.stream(alphaBar)
                .map(bar -> (Math.sqrt(bar) - last) * stretch)
                .map(root -> root * root)
                .toArray());
    }

    /** T, the number of timesteps the network was trained on. */
    public int timesteps() {
        return alphaBar.length;
    }

    /** ᾱ at a timestep: 1 is all signal, 0 all noise. */
    public double alphaBar(long timestep) {
        if (timestep < 0 || timestep >= alphaBar.length) {
            throw new IllegalArgumentException(
                    "NoiseSchedule: timestep = " + timestep + " (expected: 0 to " + (alphaBar.length - 1) + ")");
        }
        return alphaBar[(int) timestep];
    }

    /** Signal-to-noise ratio ᾱ / (1 - ᾱ) at a timestep; 0 at the last one under zero terminal SNR. */
    public double snr(long timestep) {
        double bar = alphaBar(timestep);
        return bar / (1 - bar);
    }

    /** All of ᾱ, a copy: [T]. */
    public double[] alphasCumprod() {
        return alphaBar.clone();
    }

    /**
     * The shares of signal and noise in samples of some timesteps, shaped [B, 1, …] to broadcast.
     *
     * @param signal √ᾱ
     * @param noise √(1 - ᾱ)
     */
    public record Shares(Tensor signal, Tensor noise) implements TensorBundle {
        @Override
        public List<Tensor> tensors() {
            return List.of(signal, noise);
        }
    }

    /**
     * The shares at one timestep per batch element, computed in the samples' own type as diffusers does.
     *
     * @param samples [B, …]
     * @param timesteps B of them
     */
    public Shares shares(Tensor samples, long... timesteps) {
        if (samples.dim() == 0 || samples.size(0) != timesteps.length) {
            throw new IllegalArgumentException("NoiseSchedule: timesteps = " + timesteps.length
                    + " (expected: one per batch element of " + Arrays.toString(samples.shape()) + ")");
        }
        long[] shape = new long[samples.dim()];
        Arrays.fill(shape, 1);
        shape[0] = timesteps.length;
        return TensorScope.compute(() -> {
            DType dtype = samples.dtype();
            double[] bars = Arrays.stream(timesteps).mapToDouble(this::alphaBar).toArray();
            Tensor bar = Tensors.of(bars).to(dtype).to(samples.device()).reshape(shape);
            return new Shares(bar.sqrt(), bar.neg().add(1).sqrt());
        });
    }

    /** Clean samples noised to one timestep per batch element: √ᾱ·x0 + √(1 - ᾱ)·ε. */
    public Tensor addNoise(Tensor x0, Tensor noise, long... timesteps) {
        return TensorScope.compute(() -> {
            Shares shares = shares(x0, timesteps);
            return shares.signal().mul(x0).add(shares.noise().mul(noise));
        });
    }

    /** The velocity v = √ᾱ·ε - √(1 - ᾱ)·x0 at one timestep per batch element. */
    public Tensor velocity(Tensor x0, Tensor noise, long... timesteps) {
        return TensorScope.compute(() -> Prediction.V.target(x0, noise, shares(x0, timesteps)));
    }

    /** {@code n} values from start to end, both included; counted from the nearer end, as torch does. */
    private static double[] linspace(double start, double end, int n) {
        double step = n > 1 ? (end - start) / (n - 1) : 0;
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = i < n / 2 || n == 1 ? start + step * i : end - step * (n - 1 - i);
        }
        return values;
    }

    private static double[] requireAny(double[] bar) {
        if (bar.length == 0) {
            throw new IllegalArgumentException("NoiseSchedule: timesteps = 0 (expected: at least 1)");
        }
        return bar;
    }
}
