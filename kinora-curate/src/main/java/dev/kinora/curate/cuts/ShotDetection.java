package dev.kinora.curate.cuts;

import dev.kinora.curate.frames.FrameObserver;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import dev.kinora.models.transnet.ShotBoundaries;
import dev.kinora.models.transnet.TransNetV2;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cascade: detectors over the same decoded frames at several rates, because a fade that is small from frame to
 * frame is a jump from half second to half second. Every detector's votes are kept; {@link FusionRule} makes
 * transitions of them. Used for file after file.
 */
public final class ShotDetection implements FrameObserver {
    /** Rates of the slow detectors, in frames a second. */
    private static final List<Double> SLOW = List.of(4.0, 0.5);

    private final @Nullable TransNetV2 transNet;
    private final FusionRule rule;
    private final List<Watch> watches = new ArrayList<>();
    private final List<Vote> votes = new ArrayList<>();
    private final List<byte[]> thumbnails = new ArrayList<>();
    private double[] content = {};
    private long[] pts = {};
    private int frames;
    private int[] size = {};
    private double frameRate;
    private @Nullable ContentScore score;
    private @Nullable ShotBoundaries boundaries;
    private float[] ends = {};
    private List<Transition> transitions = List.of();

    /** A detector at a rate. */
    private final class Watch {
        private final CutDetector detector;
        private final double rate;
        private final List<Integer> seen = new ArrayList<>(); // frames it was shown
        private double due;

        Watch(CutDetector detector, double rate) {
            this.detector = detector;
            this.rate = rate;
        }

        void look(int frame, double seconds, FrameMeasures measures) {
            if (rate > 0 && seconds + 1e-9 < due) {
                return;
            }
            due = rate > 0 ? (Math.floor(seconds * rate + 1e-9) + 1) / rate : 0;
            seen.add(frame);
            for (int cut : detector.accept(seen.size() - 1, measures)) {
                int before = cut - 1;
                int after = cut;
                if (detector instanceof ThresholdDetector threshold) {
                    // Its cut lies in the middle of the dark: the change is all of it.
                    before = threshold.wentOut() - 1;
                    after = seen.size() - 1;
                }
                int to = seen.get(Math.min(after, seen.size() - 1));
                votes.add(new Vote(detector.name(), rate, seen.get(Math.max(0, before)), to, detector.score()));
            }
        }
    }

    /** The cascade with its own rule, and TransNet V2 beside it where there is one; the model stays the caller's. */
    public ShotDetection(@Nullable TransNetV2 transNet) {
        this(transNet, FusionRule.DEFAULT);
    }

    /** The same with another rule. */
    public ShotDetection(@Nullable TransNetV2 transNet, FusionRule rule) {
        this.transNet = transNet;
        this.rule = rule;
    }

    @Override
    public void begin(VideoInfo info) {
        frameRate = info.frameRate().toDouble();
        size = FrameMeasures.size(info.width(), info.height());
        frames = 0;
        votes.clear();
        thumbnails.clear();
        transitions = List.of();
        ends = new float[0];
        score = new ContentScore(ContentWeights.DEFAULT, 0);
        boundaries = transNet == null ? null : new ShotBoundaries(transNet);
        watches.clear();
        // Shots may be short here: what is too short for a clip is sorted out later.
        watches.add(new Watch(new ContentDetector(27, 0, ContentWeights.DEFAULT, 0), 0));
        watches.add(new Watch(new AdaptiveDetector(3, 0, 2, 15, ContentWeights.DEFAULT, 0), 0));
        watches.add(new Watch(new HistogramDetector(0.20, 128, 0), 0));
        watches.add(new Watch(new HashDetector(0.35, 8, 2, 0), 0));
        watches.add(new Watch(new ThresholdDetector(12, 0, 0, ThresholdDetector.Level.FLOOR), 0));
        for (double rate : SLOW) {
            watches.add(new Watch(new ContentDetector(27, 0, ContentWeights.DEFAULT, 0), rate));
            watches.add(new Watch(new HistogramDetector(0.20, 128, 0), rate));
        }
    }

    @Override
    public void observe(DecodedFrame frame) throws MediaException {
        FrameMeasures measures = FrameMeasures.of(frame.captured(size[0], size[1]));
        if (frames == content.length) {
            content = Arrays.copyOf(content, Math.max(1024, 2 * frames));
            pts = Arrays.copyOf(pts, content.length);
        }
        content[frames] = score == null ? 0 : score.next(measures);
        pts[frames] = frame.pts();
        thumbnails.add(measures.thumbnail());
        for (Watch w : watches) {
            w.look(frames, frame.seconds(), measures);
        }
        if (boundaries != null) {
            boundaries.add(frame.scaled(TransNetV2.WIDTH, TransNetV2.HEIGHT).rgb());
        }
        frames++;
    }

    @Override
    public void end() {
        if (boundaries != null && frames > 0) {
            ends = boundaries.finish()[0];
            for (int i = 0; i < frames; i++) {
                if (ends[i] > 0.5) {
                    votes.add(new Vote("transnetv2", 0, i, i + 1, ends[i]));
                }
            }
        }
        votes.sort(java.util.Comparator.comparingInt(Vote::to));
        transitions = frames == 0 ? List.of() : rule.apply(signals());
    }

    /** What the rule was given; of the file watched last. */
    public CutSignals signals() {
        return new CutSignals(
                frameRate, Arrays.copyOf(content, frames), thumbnails.toArray(byte[][]::new), ends, List.copyOf(votes));
    }

    /** Every detector's opinion, in order. */
    public List<Vote> votes() {
        return List.copyOf(votes);
    }

    /** Where shots meet, in order, none overlapping. */
    public List<Transition> transitions() {
        return transitions;
    }

    /** The votes by what they are about, in order. */
    public List<Ballot> ballots() {
        return Ballot.of(transitions, votes);
    }

    /** What lies between the transitions, in order. */
    public List<Shot> shots() {
        return Shot.between(transitions, frames);
    }

    /** Presentation times of the frames, in ticks of the file's time base. */
    public long[] pts() {
        return Arrays.copyOf(pts, frames);
    }
}
