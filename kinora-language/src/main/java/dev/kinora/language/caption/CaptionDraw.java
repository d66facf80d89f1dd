package dev.kinora.language.caption;

import dev.kinora.language.Sha256;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Which of a clip's captions a model is trained with. The clip's id decides, so that it is the same on every machine and
 * in every run.
 *
 * @param weights by kind, adding up to more than 0
 */
public record CaptionDraw(Map<CaptionKind, Double> weights) {
    /** SVD's: the middle frame's caption for half of the clips, the video's and the summary for a quarter each. */
    public static final CaptionDraw SVD =
            new CaptionDraw(Map.of(CaptionKind.IMAGE, 0.5, CaptionKind.VIDEO, 0.25, CaptionKind.SUMMARY, 0.25));

    /** CogVideoX's: the dense description always. */
    public static final CaptionDraw DENSE = new CaptionDraw(Map.of(CaptionKind.DENSE, 1.0));

    public CaptionDraw {
        Map<CaptionKind, Double> copy = new EnumMap<>(CaptionKind.class);
        copy.putAll(weights);
        weights = Collections.unmodifiableMap(copy);
        double sum = weights.values().stream().mapToDouble(w -> w).sum();
        if (!(sum > 0) || Double.isInfinite(sum) || weights.values().stream().anyMatch(w -> !(w >= 0))) {
            throw bad(weights.toString());
        }
    }

    /** Reads {@code image:0.5,video:0.25,summary:0.25}. */
    public static CaptionDraw parse(String text) {
        Map<CaptionKind, Double> weights = new EnumMap<>(CaptionKind.class);
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split(":", -1);
            try {
                if (pair.length != 2
                        || weights.put(
                                        CaptionKind.valueOf(pair[0].strip().toUpperCase(Locale.ROOT)),
                                        Double.parseDouble(pair[1]))
                                != null) {
                    throw bad(text);
                }
            } catch (IllegalArgumentException e) {
                throw bad(text);
            }
        }
        return new CaptionDraw(weights);
    }

    private static IllegalArgumentException bad(String text) {
        return new IllegalArgumentException(
                "draw = " + text + " (expected: kinds with weights from 0, such as image:0.5,video:0.25,summary:0.25)");
    }

    /** The kind that a clip is trained with. */
    public CaptionKind kind(String id) {
        double at = Sha256.fraction("caption " + id)
                * weights.values().stream().mapToDouble(w -> w).sum();
        CaptionKind last = weights.keySet().iterator().next();
        for (Map.Entry<CaptionKind, Double> e : weights.entrySet()) {
            if (e.getValue() > 0) {
                last = e.getKey();
                at -= e.getValue();
                if (at < 0) {
                    return last;
                }
            }
        }
        return last;
    }

    /** The kind that a clip is trained with among those that it has: its own, else the first; null if it has none. */
    public @Nullable CaptionKind kind(String id, Captions captions) {
        CaptionKind own = kind(id);
        if (captions.text(own) != null) {
            return own;
        }
        for (CaptionKind kind : weights.keySet()) {
            if (captions.text(kind) != null) {
                return kind;
            }
        }
        return null;
    }

    /** As it is read. */
    @Override
    public String toString() {
        StringJoiner parts = new StringJoiner(",");
        weights.forEach((kind, weight) -> parts.add(kind.word() + ":" + weight));
        return parts.toString();
    }
}
