package dev.kinora.language.caption;

import java.util.List;

/** Which captions are made, and by how many questions. */
public enum CaptionRecipe {
    /** SVD's three: middle frame, video, and a language model's summary of both. Three questions. */
    SVD(CaptionKind.IMAGE, CaptionKind.VIDEO, CaptionKind.SUMMARY),
    /** CogVideoX's chain: short caption, a description of every sampled frame, a summary. Two questions and one a frame. */
    DENSE(CaptionKind.VIDEO, CaptionKind.DENSE),
    /** The three and the chain, the video's caption shared. */
    BOTH(CaptionKind.IMAGE, CaptionKind.VIDEO, CaptionKind.SUMMARY, CaptionKind.DENSE),
    /** The chain's result in one question: for a student that was trained on it. */
    DIRECT(CaptionKind.DENSE);

    private final List<CaptionKind> kinds;

    CaptionRecipe(CaptionKind... kinds) {
        this.kinds = List.of(kinds);
    }

    /** What it makes. */
    public List<CaptionKind> kinds() {
        return kinds;
    }

    /** What is drawn where nobody says otherwise. */
    public CaptionDraw draw() {
        return kinds.contains(CaptionKind.SUMMARY) ? CaptionDraw.SVD : CaptionDraw.DENSE;
    }
}
