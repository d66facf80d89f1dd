package dev.kinora.curate.cut;

import dev.kinora.curate.frames.FrameObserver;
import dev.kinora.curate.stage.Span;
import java.util.List;

/** Divides a video into shots: stretches of one camera's view without a transition. Used for file after file. */
public interface Segmenter extends FrameObserver, AutoCloseable {
    /** The shots of the file watched last, in order; what lies between them is transition and belongs to none. */
    List<Span> shots();

    /** The transitions of that file and other places that detectors voted for, in order of time. */
    List<Change> changes();

    @Override
    default void close() {}
}
