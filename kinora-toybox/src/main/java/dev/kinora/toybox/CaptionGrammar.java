package dev.kinora.toybox;

import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The phrases captions are made of: several for each meaning, none shared by two meanings of a kind. */
public final class CaptionGrammar {
    private static final List<String> FRAME_WORDS = List.of(
            "the video shows and",
            "the camera stays still",
            "is on the ground halfway up high in the middle left right",
            "not moving turning to the down slowly fast");

    private CaptionGrammar() {}

    /** Ways to say a motion, the plainest first. */
    public static List<String> verbs(ToyMotion motion) {
        return switch (motion) {
            case BOUNCES -> List.of("bounces", "bounces up and down", "is bouncing");
            case ROLLS_LEFT -> List.of("rolls to the left", "rolls left", "is rolling to the left");
            case ROLLS_RIGHT -> List.of("rolls to the right", "rolls right", "is rolling to the right");
            case SLIDES_LEFT -> List.of("slides to the left", "slides left", "glides to the left");
            case SLIDES_RIGHT -> List.of("slides to the right", "slides right", "glides to the right");
            case FLIES_UP -> List.of("flies up", "rises into the air", "takes off");
            case FALLS -> List.of("falls", "falls down", "drops to the ground");
            case SPINS -> List.of("spins", "spins around", "is spinning");
            case SWINGS -> List.of("swings", "swings on a string", "swings back and forth");
            case CIRCLES -> List.of("moves in a circle", "circles around", "flies in circles");
            case ZIGZAGS -> List.of("zigzags", "moves in a zigzag", "flies in a zigzag");
            case GROWS -> List.of("grows", "gets bigger", "becomes larger");
            case SHRINKS -> List.of("shrinks", "gets smaller", "becomes tiny");
            case JUMPS -> List.of("jumps", "hops", "keeps jumping");
            case WOBBLES -> List.of("wobbles", "tilts from side to side", "is wobbling");
            case STAYS -> List.of("stands still", "does not move", "stays in place");
        };
    }

    /** Ways to say where, the plainest first. */
    public static List<String> places(ToyScene scene) {
        return switch (scene) {
            case MEADOW -> List.of("on a green meadow", "on the grass", "in a green field");
            case BEACH -> List.of("on a sandy beach", "at the beach", "on the sand by the sea");
            case CITY -> List.of("in a city at night", "in the night city", "on a city street at night");
            case OCEAN -> List.of("in the blue ocean", "under the sea", "under water");
            case MOUNTAINS -> List.of("in the snowy mountains", "in front of snowy mountains", "in the snow");
            case DESERT -> List.of("in the desert", "in a golden desert", "among the dunes");
            case SPACE -> List.of("in space", "in outer space", "on the moon");
            case ROOM -> List.of("in a cozy room", "in a room", "at home");
        };
    }

    /** Ways to say that a toy runs into another, the plainest first. */
    public static List<String> runsInto(ToyMotion motion) {
        return switch (motion) {
            case ROLLS_LEFT, ROLLS_RIGHT -> List.of("rolls into", "rolls and hits", "bumps into");
            default -> List.of("slides into", "slides and hits", "bumps into");
        };
    }

    /** Ways to name a camera move; a still camera has none. */
    public static List<String> camera(ToyCamera camera) {
        return switch (camera) {
            case STILL -> List.of("");
            case PAN_LEFT -> List.of("the camera pans left", "camera pan to the left");
            case PAN_RIGHT -> List.of("the camera pans right", "camera pan to the right");
            case ZOOM_IN -> List.of("the camera zooms in", "camera zoom in");
            case ZOOM_OUT -> List.of("the camera zooms out", "camera zoom out");
        };
    }

    static String noun(Toy toy) {
        String color = toy.color().word();
        return ("aeiou".indexOf(color.charAt(0)) >= 0 ? "an " : "a ") + color + " "
                + toy.object().word();
    }

    static String one(List<String> of, SplittableRandom random) {
        return of.get(random.nextInt(of.size()));
    }

    /** Every word and punctuation mark that a caption can contain, sorted. */
    public static Collection<String> vocabulary() {
        Stream<String> phrases = Stream.of(
                        FRAME_WORDS.stream(),
                        Stream.of(ToyObject.values()).map(ToyObject::word),
                        Stream.of(ToyColor.values()).map(ToyColor::word),
                        Stream.of(ToyMotion.values()).flatMap(m -> verbs(m).stream()),
                        Stream.of(ToyMotion.values()).flatMap(m -> runsInto(m).stream()),
                        Stream.of(ToyScene.values()).flatMap(s -> places(s).stream()),
                        Stream.of(ToyCamera.values()).flatMap(c -> camera(c).stream()),
                        Stream.of("a an", ",", ".", ";"))
                .flatMap(s -> s);
        TreeSet<String> words = new TreeSet<>();
        phrases.forEach(
                p -> Stream.of(p.split(" ", -1)).filter(w -> !w.isEmpty()).forEach(words::add));
        return words;
    }
}
