package dev.kinora.eval;

import dev.kinora.toybox.ToyColor;
import dev.kinora.toybox.ToyMotion;
import dev.kinora.toybox.ToyObject;
import dev.kinora.toybox.ToyScene;
import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigReader;
import java.util.List;
import java.util.stream.Stream;

/**
 * The {@code config.json} of a Toybox reader. The labels are stored with the weights, so that a reader trained for
 * another version of the world is refused instead of misread.
 *
 * @param channels of the three convolution stages, at strides 2, 4 and 8
 * @param layers residual blocks at stride 8
 * @param width of a toy's token
 * @param blocks of the transformer over time
 * @param heads of its attention
 * @param groups of the group norms
 * @param maxFrames longest clip
 * @param fps frames per second of the clips it was trained on; motions look different at others
 * @param objects names in the order of the logits
 * @param colors names in the order of the logits
 * @param motions names in the order of the logits
 * @param scenes names in the order of the logits
 */
public record ToyboxReaderConfig(
        List<Integer> channels,
        int layers,
        int width,
        int blocks,
        int heads,
        int groups,
        int maxFrames,
        double fps,
        List<String> objects,
        List<String> colors,
        List<String> motions,
        List<String> scenes) {
    /** Names the network in {@code config.json}. */
    public static final String CLASS_NAME = "ToyboxReader";

    /** Checks the relations. */
    public ToyboxReaderConfig {
        channels = List.copyOf(channels);
        objects = List.copyOf(objects);
        colors = List.copyOf(colors);
        motions = List.copyOf(motions);
        scenes = List.copyOf(scenes);
        int norms = groups;
        require(channels.size() == 3, "channels", channels, "three");
        require(
                groups > 0 && channels.stream().allMatch(c -> c % norms == 0),
                "groups",
                groups,
                "a divisor of each of " + channels);
        require(layers > 0, "layers", layers, "1 or more");
        require(blocks > 0, "blocks", blocks, "1 or more");
        require(heads > 0 && width % heads == 0, "heads", heads, "a divisor of the width " + width);
        require(maxFrames > 0, "max_frames", maxFrames, "1 or more");
        require(fps > 0, "fps", fps, "above 0");
        labels("objects", objects, ToyObject.values());
        labels("colors", colors, ToyColor.values());
        labels("motions", motions, ToyMotion.values());
        labels("scenes", scenes, ToyScene.values());
    }

    private static void labels(String name, List<String> stored, Enum<?>[] known) {
        require(stored.equals(names(known)), name, stored, "this version's " + names(known));
    }

    private static void require(boolean ok, String name, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(
                    "toybox reader: " + name + " = " + value + " (expected: " + expected + ")");
        }
    }

    private static List<String> names(Enum<?>[] values) {
        return Stream.of(values).map(Enum::name).toList();
    }

    /** A reader of this version's world. */
    public static ToyboxReaderConfig of(
            List<Integer> channels, int layers, int width, int blocks, int heads, int groups, double fps) {
        return new ToyboxReaderConfig(
                channels,
                layers,
                width,
                blocks,
                heads,
                groups,
                33,
                fps,
                names(ToyObject.values()),
                names(ToyColor.values()),
                names(ToyMotion.values()),
                names(ToyScene.values()));
    }

    /** The shape of the shipped reader: about a million weights. */
    public static ToyboxReaderConfig standard() {
        return of(List.of(32, 64, 96), 3, 128, 2, 4, 8, 8);
    }

    /** Reads the fields; unknown keys are refused. */
    public static ToyboxReaderConfig of(Config config) {
        ConfigReader r = config.reader(CLASS_NAME);
        return r.done(new ToyboxReaderConfig(
                r.integers("channels"),
                r.integer("layers"),
                r.integer("width"),
                r.integer("blocks"),
                r.integer("heads"),
                r.integer("groups"),
                r.integer("max_frames"),
                r.number("fps"),
                r.texts("objects"),
                r.texts("colors"),
                r.texts("motions"),
                r.texts("scenes")));
    }

    /** The fields as stored. */
    public Config toConfig() {
        return Config.of(CLASS_NAME)
                .without("_diffusers_version")
                .with("channels", channels)
                .with("layers", layers)
                .with("width", width)
                .with("blocks", blocks)
                .with("heads", heads)
                .with("groups", groups)
                .with("max_frames", maxFrames)
                .with("fps", fps)
                .with("objects", objects)
                .with("colors", colors)
                .with("motions", motions)
                .with("scenes", scenes);
    }
}
