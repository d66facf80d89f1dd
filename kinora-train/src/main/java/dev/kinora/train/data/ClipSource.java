package dev.kinora.train.data;

import dev.kinora.train.internal.Checks;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /**
     * How much of each pixel of a clip belongs to what the clip is about, where that is known: uint8 [F, H, W] in row-major
     * order, 0 to 255; else null, and then for every clip.
     *
     * @param index as in {@link #clip}
     */
    default byte @Nullable [] foreground(ClipShape shape, int index) throws IOException {
        return null;
    }

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
