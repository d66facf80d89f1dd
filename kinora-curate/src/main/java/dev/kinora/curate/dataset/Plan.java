package dev.kinora.curate.dataset;

import dev.kinora.curate.dedup.KeepRule;
import dev.kinora.curate.worker.Recipe;

/**
 * Everything that decides a dataset's bytes, apart from its sources.
 *
 * @param recipe how each file is treated
 * @param form how clips lie in the dataset
 * @param shardClips the most clips of a shard
 * @param shardBytes clips are added to a shard until it has this many bytes
 * @param keep which of several alike counts as the original
 * @param alike bits of the perceptual hash that two clips alike may differ in
 * @param similar cosine of embeddings from which on two clips count as alike too; 0 for never
 */
public record Plan(
        Recipe recipe, Form form, int shardClips, long shardBytes, KeepRule keep, int alike, double similar) {
    public Plan {
        if (shardClips < 1 || shardBytes < 1) {
            throw new IllegalArgumentException(
                    "Plan: shardClips, shardBytes = " + shardClips + ", " + shardBytes + " (expected: 1 or more)");
        }
        if (alike < 0 || alike > 95) {
            throw new IllegalArgumentException("Plan: alike = " + alike + " (expected: 0 to 95 bits)");
        }
        if (!(similar >= 0 && similar <= 1) || (similar > 0 && !recipe.stages().contains(Recipe.CLIP))) {
            throw new IllegalArgumentException(
                    "Plan: similar = " + similar + " (expected: 0 to 1, and above 0 only with the stage clip)");
        }
    }

    /** A plan by which only clips that look alike count as alike. */
    public Plan(Recipe recipe, Form form, int shardClips, long shardBytes, KeepRule keep, int alike) {
        this(recipe, form, shardClips, shardBytes, keep, alike, 0);
    }
}
