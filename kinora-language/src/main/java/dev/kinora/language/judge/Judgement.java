package dev.kinora.language.judge;

import dev.kinora.language.caption.Outcome;
import dev.kinora.language.chat.Usage;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a model said of a clip.
 *
 * @param outcome whether it answered as asked
 * @param message why not; empty where it did
 * @param tags true or false where it was sure; whatever is missing is unknown, which is neither
 * @param usage tokens
 */
public record Judgement(Outcome outcome, String message, Map<NegativeTag, Boolean> tags, Usage usage) {
    public Judgement {
        Map<NegativeTag, Boolean> copy = new EnumMap<>(NegativeTag.class);
        copy.putAll(tags);
        tags = Collections.unmodifiableMap(copy);
    }

    /** Nothing is known. */
    public static Judgement unknown(Outcome outcome, String message, Usage usage) {
        return new Judgement(outcome, message, Map.of(), usage);
    }
}
