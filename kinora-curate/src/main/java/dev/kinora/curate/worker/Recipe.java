package dev.kinora.curate.worker;

import dev.kinora.curate.cut.CutMode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
 * @param models hashes of the files of models that stages run, by name: {@link #CLIP}, {@link #AESTHETIC}, {@link
 *     #YUNET}
 */
public record Recipe(
        CutMode cut,
        double minSeconds,
        double maxSeconds,
        String shots,
        String transnet,
        List<String> stages,
        long maxPixels,
        Map<String, String> models) {
    /** Shots are found. */
    public static final String CASCADE = "cascade";

    /** Each file is one shot. */
    public static final String WHOLE = "whole";

    /** Name of TransNet V2 among the files of models. */
    public static final String TRANSNET = "transnetv2";

    /** Name of a stage, and of the folder with its model. */
    public static final String CLIP = "clip";

    /** Name of a stage, which goes with {@link #CLIP}, and of the file of its head. */
    public static final String AESTHETIC = "aesthetic";

    /** Name of the file of YuNet, which the stage {@code face} runs where there is one. */
    public static final String YUNET = "yunet";

    /** The stages that need no file, cheapest first. */
    public static final List<String> STAGES = List.of("picture", "motion", "text", "face");

    /** Name of a stage that needs no file either, but is only run where it is named. */
    public static final String VECTORS = "vectors";

    /** The stages that need a model's file. */
    private static final List<String> MODELLED = List.of(CLIP, AESTHETIC);

    public Recipe {
        stages = List.copyOf(stages);
        if (!shots.equals(CASCADE) && !shots.equals(WHOLE)) {
            throw new IllegalArgumentException("curate: shots = " + shots + " (expected: cascade or whole)");
        }
        if (!transnet.isEmpty() && shots.equals(WHOLE)) {
            throw new IllegalArgumentException(
                    "curate: transnet = " + transnet + " (expected: none with shots = whole, for which nobody votes)");
        }
        models = Collections.unmodifiableMap(new TreeMap<>(models)); // in order, for equal bytes
        for (String stage : stages) {
            if (!STAGES.contains(stage)
                    && !stage.equals(VECTORS)
                    && !(MODELLED.contains(stage) && models.containsKey(stage))) {
                throw new IllegalArgumentException("curate: stages = " + stage + " (expected: among " + STAGES + ", "
                        + VECTORS + ", and " + MODELLED + " with their models)");
            }
        }
        if (stages.contains(AESTHETIC) && !stages.contains(CLIP)) {
            throw new IllegalArgumentException("curate: stages = " + stages + " (expected: clip with aesthetic)");
        }
    }

    /** A recipe whose stages run no files of models. */
    public Recipe(
            CutMode cut,
            double minSeconds,
            double maxSeconds,
            String shots,
            String transnet,
            List<String> stages,
            long maxPixels) {
        this(cut, minSeconds, maxSeconds, shots, transnet, stages, maxPixels, Map.of());
    }
}
