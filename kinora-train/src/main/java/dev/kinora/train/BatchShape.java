package dev.kinora.train;

/**
 * The native size of a step's clips, and how many there are.
 *
 * @param width pixels, a multiple of 8
 * @param height pixels, a multiple of 8
 * @param frames 1, or 8 k or 8 k + 1: what a causal VAE of four frames a latent can give back
 * @param batch clips a step
 */
public record BatchShape(int width, int height, int frames, int batch) {
    /** Checks the ranges. */
    public BatchShape {
        Checks.require(width > 0 && width % 8 == 0, "clip shape", "width", width, "a multiple of 8");
        Checks.require(height > 0 && height % 8 == 0, "clip shape", "height", height, "a multiple of 8");
        Checks.require(frames > 0 && frames % 8 <= 1, "clip shape", "frames", frames, "1, 8 k or 8 k + 1");
        Checks.require(batch > 0, "clip shape", "batch", batch, "1 or more");
    }

    /** The same size for another number of clips. */
    BatchShape withBatch(int clips) {
        return new BatchShape(width, height, frames, clips);
    }

    /** {@code WIDTHxHEIGHTxFRAMESxBATCH}. */
    @Override
    public String toString() {
        return width + "x" + height + "x" + frames + "x" + batch;
    }
}
