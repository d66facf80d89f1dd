package dev.kinora.language.caption;

import dev.kinora.language.prompt.Prompt;
import java.io.IOException;
import java.util.List;

/** Says what clips show. Safe for as many threads as {@link #concurrency} says. */
public interface Captioner extends AutoCloseable {
    /** Its kind: {@code openai} or {@code toybox}. */
    String name();

    /** The model behind it: what a server calls it, or the SHA-256 of weights. */
    String model();

    /** Where the model is: an address, or {@code local}. */
    String endpoint();

    /** What it is asked with; empty where it is not asked in words. */
    List<Prompt> prompts();

    /** Everything else that decides its captions, as one line. */
    String options();

    /** The kinds of caption it makes. */
    List<CaptionKind> kinds();

    /** Clips that it may be at at once. */
    int concurrency();

    /**
     * The moments of a clip that it wants to see.
     *
     * @param seconds how long the clip is, above 0
     * @return times from its first frame, within it; the same may come twice
     */
    List<Double> times(double seconds);

    /**
     * Says what a clip shows.
     *
     * @param clip with a frame for each of {@link #times}
     * @throws IOException if no clip can be captioned any more, or this one only later; whatever is wrong with the clip
     *     alone is an outcome
     */
    Captions caption(ClipFrames clip) throws IOException;

    @Override
    void close();
}
