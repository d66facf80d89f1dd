package dev.kinora.train.dit;

import dev.kinora.train.internal.Checks;

/**
 * What a diffusion transformer learns to predict, and from what.
 *
 * @param target what it predicts
 * @param shift of the noise: divides every signal-to-noise ratio of {@link Target#VELOCITY}'s schedule, or moves the times
 *     of {@link Target#FLOW} toward noise
 * @param minSnr γ of min-SNR weights (arXiv 2303.09556) for {@link Target#VELOCITY}; 0 weighs all timesteps alike
 * @param foreground how much more an error in what a clip is about counts than one beside it, less so the more noise
 *     there is; 1 treats all alike
 * @param timesteps how noise levels are drawn
 * @param textDropout probability that a clip's text is replaced by the empty one, for guidance
 * @param firstFrame whether the latents of the clip's first frame are a condition (image to video)
 * @param imageDropout probability that this condition is left out
 */
public record DitObjective(
        Target target,
        double shift,
        double minSnr,
        double foreground,
        Timestep timesteps,
        double textDropout,
        boolean firstFrame,
        double imageDropout) {

    /** What is predicted. */
    public enum Target {
        /** v of CogVideoX's schedule with zero terminal SNR: what diffusers' CogVideoX pipelines run. */
        VELOCITY,
        /** ε - x0 along straight lines (rectified flow, arXiv 2209.03003). Kinora runs it, diffusers' CogVideoX pipelines do
         * not. */
        FLOW
    }

    /** How the noise level of each clip is drawn. */
    public enum Timestep {
        /** Uniform, each clip by itself. */
        UNIFORM,
        /** Uniform, each clip of a step from an equal interval of its own: a steadier loss (arXiv 2408.06072). */
        EXPLICIT_UNIFORM,
        /** Normal in the logit, mostly the middle (arXiv 2403.03206); for {@link Target#FLOW}. */
        LOGIT_NORMAL
    }

    /** Checks the ranges and what goes together. */
    public DitObjective {
        Checks.require(shift > 0, "dit objective", "shift", shift, "above 0");
        Checks.require(minSnr >= 0, "dit objective", "min-SNR gamma", minSnr, "0 or more");
        Checks.require(foreground >= 1, "dit objective", "foreground weight", foreground, "1 or more");
        Checks.require(
                minSnr == 0 || target == Target.VELOCITY,
                "dit objective",
                "min-SNR gamma",
                minSnr,
                "0 with a flow, which has its own weights");
        Checks.require(
                timesteps != Timestep.LOGIT_NORMAL || target == Target.FLOW,
                "dit objective",
                "timesteps",
                timesteps,
                "UNIFORM or EXPLICIT_UNIFORM with a velocity");
        Checks.require(textDropout >= 0 && textDropout <= 1, "dit objective", "text dropout", textDropout, "0..1");
        Checks.require(imageDropout >= 0 && imageDropout <= 1, "dit objective", "image dropout", imageDropout, "0..1");
    }

    /** CogVideoX's: velocity, zero terminal SNR, explicit uniform timesteps, one text in ten dropped. */
    public static DitObjective velocity() {
        return new DitObjective(Target.VELOCITY, 1, 0, 1, Timestep.EXPLICIT_UNIFORM, 0.1, false, 0.05);
    }
}
