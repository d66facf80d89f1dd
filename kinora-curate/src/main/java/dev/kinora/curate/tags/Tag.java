package dev.kinora.curate.tags;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A reason why a clip may teach a model the wrong thing, after the six filters of CogVideoX (arXiv 2408.06072, 3.4) with
 * their "static" apart. Each is a formula over score columns with a value from 0 to 1: {@code ramp(x, a, b)} goes from 0
 * at {@code a} to 1 at {@code b}; {@code all} takes the least of its layers and {@code any} the largest. From 0.5 on a
 * clip counts as tagged, unless a query says otherwise.
 */
public enum Tag {
    /** Nothing happens: the picture stands, or all but. */
    STATIC(any(ramp("motion_still", 0.80, 0.95), ramp("motion_mean", 0.012, 0.004))),

    /**
     * Someone talks to a camera that does not move, how fast by the size of the face; or slides stand for most of the
     * time: text, or plain ground between edges along the axes; or a small face keeps to a corner of a picture that
     * stands but for it.
     */
    LECTURE(any(
            all(
                    ramp("face_seen", 0.4, 0.8),
                    ramp("face_steady", 0.4, 0.7),
                    ramp("face_area", 0.01, 0.03),
                    ramp("camera_speed", 0.20, 0.10),
                    rampOf("\"motion_object\" / greatest(0.2, sqrt(\"face_area\"))", 0.6, 0.3)),
            all(
                    ramp("text_area", 0.03, 0.08),
                    ramp("text_static_area", 0.03, 0.08),
                    any(ramp("motion_still", 0.6, 0.9), ramp("motion_mean", 0.02, 0.01))),
            all(
                    ramp("motion_still", 0.8, 0.95),
                    ramp("picture_flat", 0.50, 0.70),
                    ramp("picture_axis_edges", 0.15, 0.30),
                    ramp("picture_palette", 0.50, 0.80)),
            all(
                    ramp("face_seen", 0.4, 0.8),
                    ramp("face_steady", 0.4, 0.7),
                    ramp("face_aside", 0.4, 0.6),
                    ramp("face_area", 0.08, 0.04),
                    ramp("camera_speed", 0.02, 0.01),
                    ramp("motion_mean", 0.03, 0.015),
                    ramp("picture_axis_edges", 0.15, 0.30)))),

    /** Text covers much of the picture, or is most of what is drawn in it. */
    TEXT(any(
            ramp("text_area", 0.03, 0.08),
            ramp("text_area_held", 0.03, 0.08),
            all(ramp("text_edges", 0.3, 0.6), ramp("text_area_held", 0.005, 0.015)))),

    /**
     * A computer's or phone's screen, or what was drawn on one: flat colour between edges along the axes, few colours;
     * less flat where the picture stands, as pages with photographs in them do; or hardly anything on plain ground.
     */
    SCREEN(all(
            any(
                    ramp("picture_flat", 0.85, 0.95),
                    all(ramp("picture_flat", 0.50, 0.70), ramp("motion_still", 0.8, 0.95))),
            any(ramp("picture_axis_edges", 0.15, 0.30), ramp("picture_flat", 0.985, 0.998)),
            ramp("picture_palette", 0.50, 0.80),
            ramp("picture_dark", 0.95, 0.90))),

    /** Blurred, blocky, tiny, badly lit, or shaken; hardly anything on plain ground has neither sharpness nor contrast. */
    LOW_QUALITY(any(
            ramp("height", 200, 120),
            all(ramp("picture_sharpness", 4, 1.5), ramp("picture_flat", 0.998, 0.985)),
            ramp("picture_blockiness", 1.0, 2.5),
            ramp("camera_shake", 0.20, 0.45),
            all(ramp("picture_contrast", 10, 4), ramp("picture_flat", 0.998, 0.985)),
            ramp("picture_dark", 0.75, 0.95),
            ramp("picture_bright", 0.5, 0.8))),

    /** Laid over, framed, or spliced: captions that the scene moves behind, bars, cuts that were not found. */
    EDITED(any(
            ramp("text_overlay_area", 0.002, 0.008),
            ramp("picture_border_left", 0.10, 0.20),
            ramp("picture_border_right", 0.10, 0.20),
            all(ramp("motion_jumps", 0.15, 0.5), ramp("motion_mean", 0.02, 0.06)))),

    /** Changes without movement: slides, stills one after another, pictures that flow does not explain. */
    INCOHERENT(any(
            all(ramp("motion_still", 0.5, 0.85), ramp("motion_jumps", 0.01, 0.05)),
            ramp("motion_incoherence", 0.05, 0.10)));

    private static final Pattern COLUMN = Pattern.compile("\"([a-z_0-9]+)\"");

    private final String formula;

    Tag(String formula) {
        this.formula = formula;
    }

    /** Name of its column: {@code tag_static}. */
    public String column() {
        return "tag_" + name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Its formula in SQL; a layer with an unknown score counts as unknown, and the tag too where nothing else decides. */
    public String formula() {
        return formula;
    }

    /** The score columns it reads. */
    public Set<String> inputs() {
        return COLUMN.matcher(formula)
                .results()
                .map(m -> m.group(1))
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }

    /** From 0 at {@code a} to 1 at {@code b}, which may lie below it; unknown where the column is. */
    private static String ramp(String column, double a, double b) {
        return rampOf("\"" + column + "\"", a, b);
    }

    /** The same of an expression in SQL. */
    private static String rampOf(String x, double a, double b) {
        // least() and greatest() pass over what is unknown: asked alone they would make a 1 of it.
        return "CASE WHEN " + x + " IS NOT NULL THEN greatest(0.0, least(1.0, (" + x + " - " + a + ") / " + (b - a)
                + ")) END";
    }

    private static String all(String... layers) {
        // A missing score makes the whole unknown: least() alone would pass over it.
        String known = List.of(layers).stream().map(l -> "(" + l + ") IS NULL").collect(Collectors.joining(" OR "));
        return "CASE WHEN " + known + " THEN NULL ELSE least(" + String.join(", ", layers) + ") END";
    }

    private static String any(String... layers) {
        return "greatest(" + String.join(", ", layers) + ")";
    }
}
