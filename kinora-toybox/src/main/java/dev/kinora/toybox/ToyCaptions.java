package dev.kinora.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a clip shows, in words that are true by construction.
 *
 * @param brief one sentence, as a person would ask for the clip
 * @param dense one sentence for every frame: where each toy is and where it is going
 * @param summary two or three full sentences: who, where, what, and the camera
 */
public record ToyCaptions(String brief, List<String> dense, String summary) {
    /** Below this speed, stage units a second, a toy counts as still. */
    private static final double STILL = 0.06;

    private static final double FAST = 0.7;

    /** Copies the list. */
    public ToyCaptions {
        dense = List.copyOf(dense);
    }

    static ToyCaptions of(ToyboxSpec spec, List<ToyState> states) {
        return new ToyCaptions(
                brief(spec), states.stream().map(s -> dense(spec, s)).toList(), summary(spec));
    }

    /** The short caption, without running the physics. */
    public static String brief(ToyboxSpec spec) {
        return brief(spec, 0);
    }

    /** One of many short captions that all are true of the clip; {@code paraphrase} 0 is the clip's own. */
    public static String brief(ToyboxSpec spec, int paraphrase) {
        SplittableRandom random = words(spec, paraphrase);
        String act = act(spec, random);
        String place = CaptionGrammar.one(CaptionGrammar.places(spec.scene()), random);
        String scene = random.nextInt(8) == 0 ? place + ", " + act : act + " " + place;
        String camera = CaptionGrammar.one(CaptionGrammar.camera(spec.camera()), random);
        return camera.isEmpty() ? scene : scene + ", " + camera;
    }

    private static String act(ToyboxSpec spec, SplittableRandom random) {
        Toy a = spec.toys().getFirst();
        if (spec.collide()) {
            String verb = CaptionGrammar.one(CaptionGrammar.runsInto(a.motion()), random);
            return CaptionGrammar.noun(a) + " " + verb + " "
                    + CaptionGrammar.noun(spec.toys().getLast());
        }
        List<String> acts = new ArrayList<>();
        for (Toy t : spec.toys()) {
            acts.add(CaptionGrammar.noun(t) + " " + CaptionGrammar.one(CaptionGrammar.verbs(t.motion()), random));
        }
        return String.join(" and ", acts);
    }

    private static String summary(ToyboxSpec spec) {
        SplittableRandom random = words(spec, 0);
        String who = String.join(
                " and ", spec.toys().stream().map(CaptionGrammar::noun).toList());
        StringBuilder text = new StringBuilder("the video shows ")
                .append(who)
                .append(' ')
                .append(CaptionGrammar.one(CaptionGrammar.places(spec.scene()), random))
                .append(". ");
        Toy a = spec.toys().getFirst();
        if (spec.collide()) {
            text.append("the ")
                    .append(a.object().word())
                    .append(' ')
                    .append(CaptionGrammar.one(CaptionGrammar.runsInto(a.motion()), random))
                    .append(" the ")
                    .append(spec.toys().getLast().object().word())
                    .append(". ");
        } else {
            for (Toy t : spec.toys()) {
                text.append("the ")
                        .append(t.object().word())
                        .append(' ')
                        .append(CaptionGrammar.one(CaptionGrammar.verbs(t.motion()), random))
                        .append(". ");
            }
        }
        String camera = CaptionGrammar.one(CaptionGrammar.camera(spec.camera()), random);
        return text.append(camera.isEmpty() ? "the camera stays still" : camera)
                .append('.')
                .toString();
    }

    private static String dense(ToyboxSpec spec, ToyState state) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < spec.toys().size(); i++) {
            Toy toy = spec.toys().get(i);
            ToyState.Body b = state.bodies().get(i);
            parts.add("the " + toy.color().word() + " " + toy.object().word() + " is " + height(spec, b) + " "
                    + side(spec, b) + ", " + going(b));
        }
        return String.join("; ", parts);
    }

    private static String height(ToyboxSpec spec, ToyState.Body b) {
        double above = (spec.ground() - b.radius() - b.y()) / spec.ground();
        return above < 0.04 ? "on the ground" : above < 0.3 ? "halfway up" : "high up";
    }

    private static String side(ToyboxSpec spec, ToyState.Body b) {
        double x = b.x() / spec.stageWidth();
        return x < 0.38 ? "on the left" : x > 0.62 ? "on the right" : "in the middle";
    }

    private static String going(ToyState.Body b) {
        double speed = Math.hypot(b.vx(), b.vy());
        if (speed < STILL) {
            return Math.abs(b.spin()) > 0.5 ? "turning" : "not moving";
        }
        String way = Math.abs(b.vx()) > Math.abs(b.vy())
                ? b.vx() > 0 ? "to the right" : "to the left"
                : b.vy() > 0 ? "down" : "up";
        return "moving " + way + (speed > FAST ? " fast" : " slowly");
    }

    /** The words are drawn apart from the scenery, so that neither follows from the other. */
    private static SplittableRandom words(ToyboxSpec spec, int paraphrase) {
        return new SplittableRandom((spec.seed() ^ 0x5DEECE66DL) + paraphrase).split();
    }
}
