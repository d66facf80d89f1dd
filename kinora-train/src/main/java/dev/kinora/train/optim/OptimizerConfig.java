package dev.kinora.train.optim;

import dev.kinora.train.internal.Checks;

/**
 * How weights are updated: AdamW, and for matrices Muon where asked for.
 *
 * @param muon whether matrices and kernels are updated by {@link Muon}
 * @param rate the learning rate over the steps
 * @param beta1 memory of the gradient
 * @param beta2 memory of its square
 * @param weightDecay decoupled, on matrices and kernels only
 * @param clip limit on the norm of all gradients together
 * @param ema limit of the weight average's decay
 */
public record OptimizerConfig(
        LearningRate rate, boolean muon, double beta1, double beta2, double weightDecay, double clip, double ema) {
    /** Checks the ranges. */
    public OptimizerConfig {
        Checks.require(beta1 >= 0 && beta1 < 1, "optimizer", "beta1", beta1, "0 to below 1");
        Checks.require(beta2 >= 0 && beta2 < 1, "optimizer", "beta2", beta2, "0 to below 1");
        Checks.require(weightDecay >= 0, "optimizer", "weight decay", weightDecay, "0 or more");
        Checks.require(clip > 0, "optimizer", "clip", clip, "above 0");
        Checks.require(ema >= 0 && ema < 1, "optimizer", "ema", ema, "0 to below 1");
    }
}
