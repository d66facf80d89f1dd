package dev.kinora.curate.stage;

import dev.kinora.curate.frames.Look;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A measurement of clips. It watches every frame of a file once, before anybody knows where the clips lie, and then
 * answers for any span. What it answers depends on the frames of that span alone, never on the machine or on time. Not
 * for use by several threads at once.
 */
public interface Stage extends AutoCloseable {
    /** What it measures and how. */
    StageInfo info();

    /** Forgets the file before and begins another. */
    void begin(VideoInfo info);

    /** Watches a frame; they come in presentation order. */
    void observe(Look look) throws MediaException;

    /** Writes the scores of {@code span} to {@code to}. */
    void score(Span span, Scores to);

    /** What a span's pictures show, as a vector that compares with others of the same method; empty for most stages. */
    default float[] embedding(Span span) {
        return new float[0];
    }

    /** The scores of a span, checked to be those announced. */
    default Map<String, Double> scores(Span span) {
        Scores scores = new Scores();
        score(span, scores);
        Set<String> names = new LinkedHashSet<>();
        info().columns().forEach(c -> names.add(c.name()));
        scores.requireOnly(info().method().id(), names);
        return scores.values();
    }

    /** Frees what is native. */
    @Override
    default void close() {}
}
