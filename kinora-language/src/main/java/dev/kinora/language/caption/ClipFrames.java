package dev.kinora.language.caption;

import dev.kinora.media.Image;
import java.util.List;

/**
 * Pictures of a clip at the times that were asked for.
 *
 * @param id of the clip
 * @param seconds how long it is
 * @param frames one for each of the times, in their order
 */
public record ClipFrames(String id, double seconds, List<Frame> frames) {
    public ClipFrames {
        frames = List.copyOf(frames);
    }

    /**
     * A picture.
     *
     * @param seconds from the clip's first frame: where it really is
     */
    public record Frame(double seconds, Image image) {}
}
