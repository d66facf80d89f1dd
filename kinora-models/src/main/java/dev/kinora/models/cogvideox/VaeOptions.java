package dev.kinora.models.cogvideox;

import org.jspecify.annotations.Nullable;

/**
 * How a clip goes through the autoencoder. Frames at a time and tiles are part of the function: group norms take their
 * statistics over what is computed together, so other values give other results.
 *
 * @param slicing one clip of the batch after the other: less memory, the same results
 * @param tiling tiles, or null for whole frames
 * @param sampleFramesPerBatch video frames encoded together; the first batch takes the remainder too
 * @param latentFramesPerBatch latent frames decoded together; the first batch takes the remainder too
 */
public record VaeOptions(
        boolean slicing, @Nullable VaeTiling tiling, int sampleFramesPerBatch, int latentFramesPerBatch) {
    /** What the released checkpoints were made for: 8 video frames, 2 latent frames, no tiles. */
    public static final VaeOptions DEFAULT = new VaeOptions(false, null, 8, 2);

    /** The whole clip at once, at the price of memory; other values than {@link #DEFAULT} for more than one batch. */
    public static final VaeOptions WHOLE_CLIP = new VaeOptions(false, null, Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Checks the counts. */
    public VaeOptions {
        if (sampleFramesPerBatch < 1 || latentFramesPerBatch < 1) {
            throw new IllegalArgumentException("VaeOptions: frames per batch = " + sampleFramesPerBatch + ", "
                    + latentFramesPerBatch + " (expected: 1 or more)");
        }
    }

    /** The same with slicing on or off. */
    public VaeOptions withSlicing(boolean on) {
        return new VaeOptions(on, tiling, sampleFramesPerBatch, latentFramesPerBatch);
    }

    /** The same with these tiles, or with none. */
    public VaeOptions withTiling(@Nullable VaeTiling tiles) {
        return new VaeOptions(slicing, tiles, sampleFramesPerBatch, latentFramesPerBatch);
    }
}
