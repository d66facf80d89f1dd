package dev.kinora.train.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kinora.train.internal.Checks;
import org.jspecify.annotations.Nullable;

/**
 * The clips of a step: their native size, and how many there are. In JSON the numbers stand side by side.
 *
 * @param clip size and length of each
 * @param batch clips a step
 * @param of the larger clips, as long as these, that these are {@link Windows} of; null for clips that are seen whole
 */
public record BatchShape(
        @JsonIgnore ClipShape clip, int batch, @Nullable ClipShape of) {
    /** Checks the ranges. */
    public BatchShape {
        Checks.require(batch > 0, "batch shape", "batch", batch, "1 or more");
        Checks.require(
                of == null || fits(clip, of),
                "batch shape",
                "window",
                clip + " of " + of,
                "no wider or higher than the clip it is cut from, and as long");
    }

    private static boolean fits(ClipShape window, ClipShape of) {
        return of.width() >= window.width() && of.height() >= window.height() && of.frames() == window.frames();
    }

    /** Whole clips. */
    public BatchShape(ClipShape clip, int batch) {
        this(clip, batch, null);
    }

    /** So many whole clips of a size and length; see {@link ClipShape}. */
    public BatchShape(int width, int height, int frames, int batch) {
        this(new ClipShape(width, height, frames), batch);
    }

    @JsonCreator
    static BatchShape read(
            @JsonProperty("width") int width,
            @JsonProperty("height") int height,
            @JsonProperty("frames") int frames,
            @JsonProperty("batch") int batch,
            @JsonProperty("of") @Nullable ClipShape of) {
        return new BatchShape(new ClipShape(width, height, frames), batch, of);
    }

    /** The clips to draw: these, or those that these are windows of. */
    public ClipShape drawn() {
        return of == null ? clip : of;
    }

    /** Pixels across. */
    @JsonProperty
    public int width() {
        return clip.width();
    }

    /** Pixels down. */
    @JsonProperty
    public int height() {
        return clip.height();
    }

    /** Frames of a clip. */
    @JsonProperty
    public int frames() {
        return clip.frames();
    }

    /** {@code WIDTHxHEIGHTxFRAMESxBATCH}, and {@code /WIDTHxHEIGHT} for windows of clips of that size. */
    @Override
    public String toString() {
        return clip + "x" + batch + (of == null ? "" : "/" + of.width() + "x" + of.height());
    }
}
