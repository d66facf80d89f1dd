package dev.kinora.curate.cut;

import dev.kinora.curate.cuts.Ballot;
import dev.kinora.curate.cuts.Shot;
import dev.kinora.curate.cuts.ShotDetection;
import dev.kinora.curate.stage.Method;
import dev.kinora.curate.stage.Span;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import dev.kinora.models.transnet.TransNetV2;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds shots by the cascade of detectors, at three rates from one decoding. */
public final class Cascade implements Segmenter {
    private final @Nullable TransNetV2 transNet;
    private final ShotDetection detection;
    private double tick;

    /** @param transNet votes too, and is closed with this; null where it does not */
    public Cascade(@Nullable TransNetV2 transNet) {
        this.transNet = transNet;
        detection = new ShotDetection(transNet);
    }

    /**
     * How it divides.
     *
     * @param transNet SHA-256 of TransNet V2's weights; empty where it has no vote
     */
    public static Method method(String transNet) {
        return new Method("cascade", 2, transNet);
    }

    @Override
    public void begin(VideoInfo info) {
        tick = info.timeBase().toDouble();
        detection.begin(info);
    }

    @Override
    public void observe(DecodedFrame frame) throws MediaException {
        detection.observe(frame);
    }

    @Override
    public void end() {
        detection.end();
    }

    @Override
    public List<Span> shots() {
        long[] pts = detection.pts();
        List<Span> out = new ArrayList<>();
        for (Shot s : detection.shots()) {
            out.add(new Span(pts[s.first()], s.end() < pts.length ? pts[s.end()] : Long.MAX_VALUE));
        }
        return out;
    }

    @Override
    public List<Change> changes() {
        long[] pts = detection.pts();
        List<Change> out = new ArrayList<>();
        for (Ballot b : detection.ballots()) {
            long start = pts[b.first()];
            long end = pts[Math.min(b.last(), pts.length - 1)];
            out.add(new Change(
                    b.kind(), start, end, (start - pts[0]) * tick, (end - pts[0]) * tick, b.confidence(), b.votes()));
        }
        return out;
    }

    @Override
    public void close() {
        if (transNet != null) {
            transNet.close();
        }
    }
}
