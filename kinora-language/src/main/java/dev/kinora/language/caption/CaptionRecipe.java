package dev.kinora.language.caption;

import java.util.List;

/** Which captions are made, and by how many questions. */
public enum CaptionRecipe {
    /** SVD's three: middle frame, video, and a language model's summary of both. Three questions. */
    SVD,
    /** CogVideoX's chain: short caption, a description of every sampled frame, a summary. Two questions and one a frame. */
    DENSE,
    /** The three and the chain, the video's caption shared. */
    BOTH,
    /** The chain's result in one question: for a student that was trained on it. */
    DIRECT;

    /** What it makes. */
    public List<CaptionKind> kinds() {
        return switch (this) {
            case SVD -> List.of(CaptionKind.IMAGE, CaptionKind.VIDEO, CaptionKind.SUMMARY);
            case DENSE -> List.of(CaptionKind.VIDEO, CaptionKind.DENSE);
            case BOTH -> List.of(CaptionKind.IMAGE, CaptionKind.VIDEO, CaptionKind.SUMMARY, CaptionKind.DENSE);
            case DIRECT -> List.of(CaptionKind.DENSE);
        };
    }

    /** What is drawn where nobody says otherwise. */
    public CaptionDraw draw() {
        return kinds().contains(CaptionKind.SUMMARY) ? CaptionDraw.SVD : CaptionDraw.DENSE;
    }
}
