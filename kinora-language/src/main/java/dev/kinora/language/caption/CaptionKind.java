package dev.kinora.language.caption;

import java.util.Locale;

/** The captions that a clip may have. */
public enum CaptionKind {
    /** How its middle frame looks. */
    IMAGE,
    /** What happens in it, by some of its frames; also the short caption of the dense chain. */
    VIDEO,
    /** Both in one. */
    SUMMARY,
    /** All of it in one paragraph. */
    DENSE;

    /** {@code image}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its column: {@code caption_image}. */
    public String column() {
        return "caption_" + word();
    }
}
