package dev.kinora.curate.cuts;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of one camera's view.
 *
 * @param first its first frame that is wholly its own
 * @param end the first frame that is not any more
 */
public record Shot(int first, int end) {
    public Shot {
        if (first < 0 || end <= first) {
            throw new IllegalArgumentException(
                    "Shot: frames = " + first + " to " + end + " (expected: at least one, from 0 on)");
        }
    }

    /** What transitions leave of {@code frames} frames; those inside a gradual transition belong to no shot. */
    static List<Shot> between(List<Transition> transitions, int frames) {
        List<Shot> out = new ArrayList<>();
        int from = 0;
        for (Transition t : transitions) {
            if (t.first() > from) {
                out.add(new Shot(from, t.first()));
            }
            from = Math.max(from, t.last());
        }
        if (frames > from) {
            out.add(new Shot(from, frames));
        }
        return List.copyOf(out);
    }
}
