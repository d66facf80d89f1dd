package dev.kinora.language.caption;

import java.util.Locale;

/** What became of a clip that was asked about. */
public enum Outcome {
    /** All that was asked for is there. */
    OK,
    /** The model, or a filter before it, would not answer. */
    REFUSED,
    /** An answer came that is not what was asked for. */
    MALFORMED,
    /** The server took the question for wrong. */
    REJECTED,
    /** The captioner cannot tell. */
    ABSTAINED,
    /** The clip cannot be decoded, or is not the one that the dataset names. */
    UNREADABLE,
    /** No answer came, after several tries; asked again by the next run. */
    UNAVAILABLE;

    /** {@code ok}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
