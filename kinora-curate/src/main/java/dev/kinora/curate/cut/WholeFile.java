package dev.kinora.curate.cut;

import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Span;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.VideoInfo;
import java.util.List;

/** Takes each file for a single shot: for footage that is cut already. */
public final class WholeFile implements Segmenter {
    /** How it divides: not at all. */
    public static final Method METHOD = new Method("whole", 1, "");

    private boolean any;
    private long first;

    @Override
    public void begin(VideoInfo info) {
        any = false;
    }

    @Override
    public void observe(DecodedFrame frame) {
        first = any ? first : frame.pts();
        any = true;
    }

    @Override
    public List<Span> shots() {
        return any ? List.of(new Span(first, Long.MAX_VALUE)) : List.of();
    }

    @Override
    public List<Change> changes() {
        return List.of();
    }
}
