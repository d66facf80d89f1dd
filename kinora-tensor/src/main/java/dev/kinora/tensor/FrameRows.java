package dev.kinora.tensor;

/**
 * Where a convolution over a clip reads its input: rows are made when asked for, so that no padded, normalised or
 * enlarged copy of the clip need ever exist as a whole.
 */
@FunctionalInterface
public interface FrameRows {
    /**
     * Writes rows of one frame.
     *
     * @param frame counts from 0; negative frames lie before the clip
     * @param row the first row wanted
     * @param target [rows, W, C], to be filled; a view whose rows may lie apart
     */
    void read(long frame, long row, Tensor target);

    /** The rows of a clip [T, H, W, C], with its first frame standing for those before it. */
    static FrameRows of(Tensor clip) {
        return (frame, row, target) ->
                target.copy_(clip.select(0, Math.max(frame, 0)).narrow(0, row, target.size(0)));
    }
}
