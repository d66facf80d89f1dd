package dev.kinora.curate.worker;

import dev.kinora.curate.cut.CutMode;
import java.util.List;

/**
 * Whatever decides what comes out of a file, as against how fast: two runs with equal recipes make equal clips.
 *
 * @param cut how clips are cut
 * @param minSeconds shorter shots are left out
 * @param maxSeconds longer ones are divided
 * @param shots {@code whole}, or how shots are found
 * @param stages names of the stages that score
 * @param maxPixels of a frame; a larger one is refused
 */
public record Recipe(
        CutMode cut, double minSeconds, double maxSeconds, String shots, List<String> stages, long maxPixels) {
    /** The stages there are, cheapest first. */
    public static final List<String> STAGES = List.of("picture", "motion", "text", "face");

    public Recipe {
        stages = List.copyOf(stages);
        for (String stage : stages) {
            if (!STAGES.contains(stage)) {
                throw new IllegalArgumentException("curate: stages = " + stage + " (expected: among " + STAGES + ")");
            }
        }
    }
}
