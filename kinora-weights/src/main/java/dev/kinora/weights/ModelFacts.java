package dev.kinora.weights;

import dev.kinora.weights.internal.SafePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint knows and how it is best used: {@code kinora.json} beside {@code model_index.json}. The file is
 * Kinora's own; diffusers does not look at it, and a checkpoint may go without. Null means that nothing is said.
 *
 * @param about what it shows, in a sentence
 * @param width pixels of a video where none are asked for
 * @param height pixels likewise
 * @param frames likewise
 * @param fps frames per second likewise
 * @param steps denoise steps likewise
 * @param guidance scale likewise
 * @param sizes what it was trained at, such as {@code 96x64x17}
 * @param vocabulary the words of its captions in lower case, where they are few; empty for a model of open vocabulary
 */
public record ModelFacts(
        @Nullable String about,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Integer frames,
        @Nullable Double fps,
        @Nullable Integer steps,
        @Nullable Double guidance,
        List<String> sizes,
        List<String> vocabulary) {
    /** The file's name. */
    public static final String FILE = "kinora.json";

    /** Nothing is said. */
    public static final ModelFacts NONE =
            new ModelFacts(null, null, null, null, null, null, null, List.of(), List.of());

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    public ModelFacts {
        sizes = List.copyOf(sizes);
        vocabulary = List.copyOf(vocabulary);
        positive("width", width);
        positive("height", height);
        positive("frames", frames);
        positive("fps", fps);
        positive("steps", steps);
        positive("guidance", guidance);
    }

    private static void positive(String name, @Nullable Number value) {
        if (value != null && !(value.doubleValue() > 0 && value.doubleValue() <= 1e6)) {
            throw CheckpointException.of(FILE, name, value, "above 0, at most 1000000");
        }
    }

    /**
     * Reads a checkpoint's facts; {@link #NONE} where it has no such file.
     *
     * @throws ConfigException if the file says something unknown or of a wrong type
     */
    public static ModelFacts read(CheckpointFolder checkpoint) throws IOException {
        return Files.exists(checkpoint.path().resolve(FILE))
                ? of(Config.read(SafePaths.inside(checkpoint.path(), FILE)))
                : NONE;
    }

    private static ModelFacts of(Config json) {
        ConfigReader r = json.reader();
        Config generate = r.optionalObject("generate");
        String about = r.optionalText("about");
        List<String> sizes = r.texts("sizes", List.of());
        List<String> vocabulary = r.texts("vocabulary", List.of());
        ConfigReader g = (generate == null ? Config.parse(json.where(), "{}") : generate).reader();
        return r.done(g.done(new ModelFacts(
                about,
                g.optionalInteger("width"),
                g.optionalInteger("height"),
                g.optionalInteger("frames"),
                g.optionalNumber("fps"),
                g.optionalInteger("steps"),
                g.optionalNumber("guidance"),
                sizes,
                vocabulary)));
    }

    /** The same but for what is said in words. */
    public ModelFacts withoutAbout() {
        return new ModelFacts(null, width, height, frames, fps, steps, guidance, sizes, vocabulary);
    }

    /** Writes the file into a checkpoint's folder. */
    public void write(Path checkpoint) throws IOException {
        Config generate = Config.parse(FILE, "{}");
        generate = with(generate, "width", width);
        generate = with(generate, "height", height);
        generate = with(generate, "frames", frames);
        generate = with(generate, "fps", fps);
        generate = with(generate, "steps", steps);
        generate = with(generate, "guidance", guidance);
        Config all = with(Config.parse(FILE, "{}"), "about", about);
        if (!generate.keys().isEmpty()) {
            all = all.with("generate", generate);
        }
        all = sizes.isEmpty() ? all : all.with("sizes", sizes);
        all = vocabulary.isEmpty() ? all : all.with("vocabulary", vocabulary);
        all.write(checkpoint.resolve(FILE));
    }

    private static Config with(Config config, String key, @Nullable Object value) {
        return value == null ? config : config.with(key, value);
    }

    /**
     * The words of a prompt that the model has never seen, each once, in their order; none for a model of open
     * vocabulary.
     */
    public List<String> unknownWords(String prompt) {
        if (vocabulary.isEmpty()) {
            return List.of();
        }
        Set<String> known = new HashSet<>(vocabulary);
        Set<String> unknown = new LinkedHashSet<>();
        WORD.matcher(prompt.toLowerCase(Locale.ROOT))
                .results()
                .map(m -> m.group())
                .filter(w -> !known.contains(w))
                .forEach(unknown::add);
        return new ArrayList<>(unknown);
    }
}
