package dev.kinora.train.data;

import dev.kinora.train.internal.Checks;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Numbered clips with captions, such as a cache of latents is made of: a drawn world, a folder of videos. */
public interface ClipSource {
    /** How many clips there are of each shape, in an order that stays. */
    Map<ClipShape, Integer> counts();

    /**
     * A clip by its number, the same at every call. Called from several threads at once.
     *
     * @param index 0 to the shape's count, exclusive
     */
    Clip clip(ClipShape shape, int index) throws IOException;

    /** What the clips are, for the record kept with whatever is trained on them. */
    Map<String, String> provenance();

    /**
     * Pixels and words.
     *
     * @param rgb uint8 [F, H, W, 3] in row-major order, sRGB; not copied
     * @param captions at least one; all true of the clip
     */
    @SuppressWarnings("ArrayRecordComponent") // megabytes, handed over once
    record Clip(byte[] rgb, List<String> captions) {
        /** Copies the list. */
        public Clip {
            captions = List.copyOf(captions);
            Checks.require(!captions.isEmpty(), "clip", "captions", captions, "at least one");
        }
    }
}
