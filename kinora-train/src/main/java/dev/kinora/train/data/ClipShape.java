package dev.kinora.train.data;

import dev.kinora.train.internal.Checks;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Size and length of a clip.
 *
 * @param width pixels, a multiple of 8
 * @param height pixels, a multiple of 8
 * @param frames 1, or 8 k or 8 k + 1: what a causal autoencoder of four frames a latent can give back
 */
public record ClipShape(int width, int height, int frames) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})x(\\d{1,5})x(\\d{1,5})");

    /** Checks the ranges. */
    public ClipShape {
        Checks.require(width > 0 && width % 8 == 0, "clip shape", "width", width, "a multiple of 8");
        Checks.require(height > 0 && height % 8 == 0, "clip shape", "height", height, "a multiple of 8");
        Checks.require(
                frames > 0 && frames % 8 <= 1, "clip shape", "frames", frames, "8 k + 1, such as 1, 9, 17, or 8 k");
    }

    /**
     * Reads {@code WIDTHxHEIGHTxFRAMES}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static ClipShape parse(String text) {
        Matcher m = FORM.matcher(text);
        Checks.require(m.matches(), "clip shape", "text", text, "WIDTHxHEIGHTxFRAMES, such as 96x64x17");
        return new ClipShape(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
    }

    /** Frames of the clip's latents. */
    public int latentFrames() {
        return (frames - 1) / 4 + 1;
    }

    /** Rows of the clip's latents. */
    public int latentHeight() {
        return height / 8;
    }

    /** Columns of the clip's latents. */
    public int latentWidth() {
        return width / 8;
    }

    /** Places of the clip's latents: tokens of a transformer with patches of one. */
    public int tokens() {
        return latentFrames() * latentHeight() * latentWidth();
    }

    @Override
    public String toString() {
        return width + "x" + height + "x" + frames;
    }
}
