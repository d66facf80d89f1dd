package dev.kinora.diffusion;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/**
 * Classifier-free guidance (Ho and Salimans 2022): the network is asked with and without the prompt, and the difference
 * is exaggerated: negative + scale · (prompt - negative).
 *
 * @param scale 1 or less turns it off: the network is then asked once per step, with the prompt only
 * @param dynamic how the scale changes over a run
 */
public record Guidance(double scale, Dynamic dynamic) {
    /** No guidance. */
    public static final Guidance OFF = new Guidance(1, Dynamic.OFF);

    /** How the scale changes over a run of N steps: 1 + scale · (1 - cos(π · p⁵)) / 2 for some progress p. */
    public enum Dynamic {
        /** It does not. */
        OFF,
        /** p = (N - t) / N with t the <em>timestep</em>, so the scale swings: what CogVideoX was tuned with. */
        COMPAT,
        /** p = (N - i) / N with i the step from 0, so the scale falls from 1 + scale to 1. */
        INDEX
    }

    /** Refuses a scale that is no number. */
    public Guidance {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("Guidance: scale = " + scale + " (expected: a finite number)");
        }
    }

    /** The same scale at every step. */
    public static Guidance of(double scale) {
        return new Guidance(scale, Dynamic.OFF);
    }

    /** Whether the network is asked twice. */
    public boolean active() {
        return scale > 1;
    }

    /** The scale in effect at a step. */
    public double at(Moment at) {
        double n = at.steps();
        return switch (dynamic) {
            case OFF -> scale;
            case COMPAT -> swing((n - at.timestep()) / n);
            case INDEX -> swing((n - at.index()) / n);
        };
    }

    private double swing(double progress) {
        return 1 + scale * ((1 - Math.cos(Math.PI * Math.pow(progress, 5))) / 2);
    }

    /**
     * A denoiser of [B, …] from one whose conditions hold [negative; prompt] along the batch and which is given
     * [2B, …]: the sample twice. If guidance is off, {@code both} must hold the prompt alone and is given [B, …].
     */
    public Denoiser batched(Denoiser both) {
        if (!active()) {
            return (x, at) -> both.predict(x, at).to(DType.FP32);
        }
        return (x, at) -> {
            Tensor output = both.predict(Tensors.cat(0, x, x), at).to(DType.FP32);
            Tensor[] parts = output.chunk(2, 0);
            return combine(parts[0], parts[1], at);
        };
    }

    /** The same from two denoisers, asked one after the other: half the memory of {@link #batched}. */
    public Denoiser sequential(Denoiser negative, Denoiser prompt) {
        if (!active()) {
            return (x, at) -> prompt.predict(x, at).to(DType.FP32);
        }
        return (x, at) -> {
            Tensor without = negative.predict(x, at).to(DType.FP32);
            return combine(without, prompt.predict(x, at).to(DType.FP32), at);
        };
    }

    private Tensor combine(Tensor negative, Tensor prompt, Moment at) {
        return negative.add(prompt.sub(negative).mul(at(at)));
    }
}
