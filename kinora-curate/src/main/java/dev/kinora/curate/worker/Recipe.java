package dev.kinora.curate.worker;

import dev.kinora.curate.cut.CutMode;
import java.util.List;

/**
 * Whatever decides what comes out of a file, as against how fast: two runs with equal recipes make equal clips.
 *
 * @param cut how clips are cut
 * @param minSeconds shorter shots are left out
 * @param maxSeconds longer ones are divided
 * @param shots {@code cascade}, which finds them, or {@code whole}, which takes each file for one
 * @param transnet SHA-256 of TransNet V2's weights, whose votes the cascade takes; empty where it does without
 * @param stages names of the stages that score
 * @param maxPixels of a frame; a larger one is refused
 */
public record Recipe(
        CutMode cut,
        double minSeconds,
        double maxSeconds,
        String shots,
        String transnet,
        List<String> stages,
        long maxPixels) {
    /** Shots are found. */
    public static final String CASCADE = "cascade";

    /** Each file is one shot. */
    public static final String WHOLE = "whole";

    /** Name of TransNet V2 among the files of models. */
    public static final String TRANSNET = "transnetv2";

    /** The stages there are, cheapest first. */
    public static final List<String> STAGES = List.of("picture", "motion", "text", "face");

    public Recipe {
        stages = List.copyOf(stages);
        if (!shots.equals(CASCADE) && !shots.equals(WHOLE)) {
            throw new IllegalArgumentException("curate: shots = " + shots + " (expected: cascade or whole)");
        }
        if (!transnet.isEmpty() && shots.equals(WHOLE)) {
            throw new IllegalArgumentException(
                    "curate: transnet = " + transnet + " (expected: none with shots = whole, for which nobody votes)");
        }
        for (String stage : stages) {
            if (!STAGES.contains(stage)) {
                throw new IllegalArgumentException("curate: stages = " + stage + " (expected: among " + STAGES + ")");
            }
        }
    }
}
