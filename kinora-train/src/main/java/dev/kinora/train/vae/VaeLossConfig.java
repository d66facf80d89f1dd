package dev.kinora.train.vae;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kinora.train.internal.Checks;
import org.jspecify.annotations.Nullable;

/**
 * What a VAE is trained against. A term of weight 0 is not computed.
 *
 * @param reconstruction how colours are compared
 * @param reconstructionWeight weight of that, a mean over all values in [-1, 1]
 * @param edge weight of the L1 distance of neighbouring pixels' differences: the perceptual term that needs no weights
 * @param edgeScales scales it looks at, each half the one before
 * @param kl weight of the KL divergence, a mean over latents (not their sum: 1e-4 here is, for a clip of 100 values a
 *     latent, what sums over a clip call 1e-6)
 * @param lpips the learned perceptual term, or null for none
 * @param gan the adversarial term, or null for none
 */
public record VaeLossConfig(
        Reconstruction reconstruction,
        double reconstructionWeight,
        double edge,
        int edgeScales,
        double kl,
        @Nullable Perceptual lpips,
        @Nullable Gan gan) {
    private static final String WHERE = "vae losses";

    /** Checks the ranges. */
    public VaeLossConfig {
        Checks.require(reconstructionWeight > 0, WHERE, "reconstruction weight", reconstructionWeight, "above 0");
        Checks.require(edge >= 0, WHERE, "edge", edge, "0 or more");
        Checks.require(edgeScales > 0, WHERE, "edge scales", edgeScales, "1 or more");
        Checks.require(kl >= 0, WHERE, "kl", kl, "0 or more");
    }

    /** How colours are compared. */
    public enum Reconstruction {
        /** By their absolute difference. */
        @JsonProperty("l1")
        L1,
        /** By their squared difference. */
        @JsonProperty("l2")
        L2
    }

    /**
     * LPIPS.
     *
     * @param weight of the mean distance; 0 only reports it on validation clips
     * @param file safetensors with a network's features and heads, see {@link dev.kinora.models.vision.Lpips}
     * @param everyFrame whether all frames are looked at; else one of each clip, drawn every step
     */
    public record Perceptual(double weight, String file, boolean everyFrame) {
        /** Checks the range. */
        public Perceptual {
            Checks.require(weight >= 0, WHERE, "lpips weight", weight, "0 or more");
        }
    }

    /**
     * A hinge GAN with a 3D discriminator.
     *
     * @param weight of the decoder's adversarial term, or with {@code adaptive} its share of the others' pull
     * @param start the first step that has the term; before it, it is 0
     * @param warmup steps before the start from which on the discriminator learns
     * @param adaptive whether the weight is brought to the scale of the other terms at the decoder's last layer
     * @param channels of the discriminator's first level
     * @param levels of the discriminator after the first
     * @param rate the discriminator's learning rate
     * @param slopePenalty weight of its squared slope at the clips (R1); 0 for none
     */
    public record Gan(
            double weight,
            int start,
            int warmup,
            boolean adaptive,
            int channels,
            int levels,
            double rate,
            double slopePenalty) {
        /** Checks the ranges. */
        public Gan {
            Checks.require(weight > 0, WHERE, "gan weight", weight, "above 0");
            Checks.require(start > 0, WHERE, "gan start", start, "a step, from 1");
            Checks.require(warmup >= 0 && warmup < start, WHERE, "gan warmup", warmup, "0 to below the start");
            Checks.require(channels > 0, WHERE, "gan channels", channels, "1 or more");
            Checks.require(levels > 0 && levels <= 6, WHERE, "gan levels", levels, "1 to 6");
            Checks.require(rate > 0, WHERE, "gan rate", rate, "above 0");
            Checks.require(slopePenalty >= 0, WHERE, "gan slope penalty", slopePenalty, "0 or more");
        }

        /** Whether the decoder hears the discriminator in this step. */
        boolean isHeard(int step) {
            return step >= start;
        }

        /** Whether the discriminator learns in this step. */
        boolean learns(int step) {
            return step >= start - warmup;
        }
    }
}
