package dev.kinora.train.data;

import java.io.IOException;
import java.util.Map;

/**
 * Clips to learn from. What a call returns follows from its arguments alone, so that a resumed run sees what it would
 * have seen. Safe for use by several threads at once: clips are read ahead.
 */
public interface ClipDraws extends AutoCloseable {
    /**
     * One clip to train on, at its place and cut: whoever asks with the same numbers gets the same bytes.
     *
     * @param draw a random number, uniform over all longs
     * @param shape the size and length wanted
     * @return uint8 RGB, [F, H, W, 3] in row-major order
     */
    byte[] training(long draw, ClipShape shape);

    /**
     * One clip that is never trained on, from its first frame.
     *
     * @param index from 0; a source with fewer clips begins anew
     * @param shape the size and length wanted
     * @return uint8 RGB, [F, H, W, 3] in row-major order
     */
    byte[] validation(int index, ClipShape shape);

    /** Whether there are clips of this size and length, or longer ones to cut from. */
    default boolean has(ClipShape shape) {
        return true;
    }

    /** Where the clips come from, for the record. */
    Map<String, String> provenance();

    /** A numbered source, such as a folder of videos, of which {@code heldOut} clips of each shape are for validation. */
    static ClipDraws of(ClipSource source, int heldOut) {
        return new SourceDraws(source, heldOut);
    }

    @Override
    default void close() throws IOException {}
}
