package dev.kinora.train.data;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kinora.train.internal.Checks;

/**
 * The clips of a step: their native size, and how many there are. In JSON all four numbers stand side by side.
 *
 * @param clip size and length of each
 * @param batch clips a step
 */
public record BatchShape(@JsonIgnore ClipShape clip, int batch) {
    /** Checks the range. */
    public BatchShape {
        Checks.require(batch > 0, "batch shape", "batch", batch, "1 or more");
    }

    /** So many clips of a size and length; see {@link ClipShape}. */
    @JsonCreator
    public BatchShape(
            @JsonProperty("width") int width,
            @JsonProperty("height") int height,
            @JsonProperty("frames") int frames,
            @JsonProperty("batch") int batch) {
        this(new ClipShape(width, height, frames), batch);
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

    /** {@code WIDTHxHEIGHTxFRAMESxBATCH}. */
    @Override
    public String toString() {
        return clip + "x" + batch;
    }
}
