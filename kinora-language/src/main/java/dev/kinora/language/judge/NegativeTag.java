package dev.kinora.language.judge;

import java.util.Locale;

/** Why a clip may teach the wrong thing: CogVideoX's six (arXiv 2408.06072, 3.4), named as the dataset's own tags are. */
public enum NegativeTag {
    /** Worked over: effects, borders, graphics laid over it. */
    EDITED,
    /** No motion that hangs together. */
    INCOHERENT,
    /** Hard to see. */
    LOW_QUALITY,
    /** One person talking, or slides. */
    LECTURE,
    /** Mostly writing. */
    TEXT,
    /** A screen. */
    SCREEN;

    /** {@code low_quality}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its column: {@code judge_low_quality}. */
    public String column() {
        return "judge_" + word();
    }
}
