package dev.kinora.language.caption;

import dev.kinora.language.chat.Usage;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was said of a clip, whole or as far as it came.
 *
 * @param outcome whether all of it is there
 * @param message why not; empty where it is
 * @param texts by kind; without those that could not be had
 * @param frames descriptions of single moments, in order of time
 * @param notes what was done to a text, or what could not be told
 * @param usage tokens of all answers, also of those from the cache
 */
public record Captions(
        Outcome outcome,
        String message,
        Map<CaptionKind, String> texts,
        List<FrameCaption> frames,
        List<String> notes,
        Usage usage) {
    public Captions {
        Map<CaptionKind, String> copy = new EnumMap<>(CaptionKind.class);
        copy.putAll(texts);
        texts = Collections.unmodifiableMap(copy);
        frames = List.copyOf(frames);
        notes = List.copyOf(notes);
    }

    /** A moment. */
    public record FrameCaption(double seconds, String caption) {}

    /** Nothing, and why. */
    public static Captions none(Outcome outcome, String message) {
        return new Captions(outcome, message, Map.of(), List.of(), List.of(), Usage.NONE);
    }

    /** One of the texts; null where it is not there. */
    public @Nullable String text(CaptionKind kind) {
        return texts.get(kind);
    }
}
