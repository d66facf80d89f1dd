package dev.kinora.media;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Which frames of a video to take, in one pass over it.
 *
 * @param startSeconds where to begin, measured from the first frame; at least 0
 * @param frameRate the rate wanted: for each of its ticks the frame nearest in time is taken (the earlier of two equally
 *     near), so frames are dropped or repeated; empty takes every frame as it comes
 * @param stride of the frames so chosen, every how-manieth is kept; at least 1
 * @param maxFrames the most frames to keep; empty for no bound. Reading stops when it is reached
 */
public record FrameSelection(double startSeconds, Optional<Rational> frameRate, int stride, OptionalInt maxFrames) {
    /** Every frame. */
    public static final FrameSelection ALL = new FrameSelection(0, Optional.empty(), 1, OptionalInt.empty());

    public FrameSelection {
        if (!(startSeconds >= 0) || Double.isInfinite(startSeconds)) {
            throw MediaException.badArgument("FrameSelection", "startSeconds", startSeconds, "0 or more");
        }
        if (stride < 1) {
            throw MediaException.badArgument("FrameSelection", "stride", stride, "1 or more");
        }
        if (maxFrames.isPresent() && maxFrames.getAsInt() < 1) {
            throw MediaException.badArgument("FrameSelection", "maxFrames", maxFrames.getAsInt(), "1 or more");
        }
    }

    /** The first {@code count} frames. */
    public static FrameSelection first(int count) {
        return ALL.limit(count);
    }

    /** Resampled to {@code rate}. */
    public static FrameSelection at(Rational rate) {
        return new FrameSelection(0, Optional.of(rate), 1, OptionalInt.empty());
    }

    /** The same from another start. */
    public FrameSelection from(double seconds) {
        return new FrameSelection(seconds, frameRate, stride, maxFrames);
    }

    /** The same with at most {@code count} frames. */
    public FrameSelection limit(int count) {
        return new FrameSelection(startSeconds, frameRate, stride, OptionalInt.of(count));
    }

    /** The same with only every {@code n}-th frame kept. */
    public FrameSelection every(int n) {
        return new FrameSelection(startSeconds, frameRate, n, maxFrames);
    }

    /** The rate of what is taken from a video of {@code source} frames per second. */
    public Rational resultRate(Rational source) {
        Rational rate = frameRate.orElse(source);
        return Rational.of(rate.num(), Math.multiplyExact(rate.den(), stride));
    }

    /**
     * The selected frames as one video.
     *
     * @throws MediaException if they hold more than {@link MediaLimits#maxBytes}, or none is selected
     */
    public Video read(VideoReader from, MediaLimits limits) throws MediaException {
        VideoInfo info = from.info();
        long most = limits.maxBytes() / (3L * info.width() * info.height());
        List<Image> frames = new ArrayList<>();
        boolean[] full = new boolean[1];
        run(from, frame -> {
            if (frames.size() < most) {
                frames.add(frame);
            } else {
                full[0] = true;
            }
            return !full[0];
        });
        if (full[0]) {
            throw new MediaException(
                    "FrameSelection.read",
                    "frames",
                    "more than " + most + " of " + info.width() + "x" + info.height(),
                    "at most %d MiB in memory: fewer frames or a smaller video".formatted(limits.maxBytes() >> 20));
        }
        if (frames.isEmpty()) {
            throw new MediaException(
                    "FrameSelection.read", "startSeconds", startSeconds, "a start before the end of the video");
        }
        return new Video(frames, resultRate(info.frameRate()));
    }

    /** Hands the selected frames on one by one; {@code from} is read no further than needed. */
    public void forEach(VideoReader from, Consumer<Image> to) throws MediaException {
        run(from, frame -> {
            to.accept(frame);
            return true;
        });
    }

    private interface Sink {
        /** False to stop. */
        boolean take(Image frame);
    }

    private void run(VideoReader from, Sink sink) throws MediaException {
        Keeper keep = new Keeper(sink);
        if (frameRate.isEmpty()) {
            for (VideoFrame f; !keep.done && (f = from.next()) != null; ) {
                if (f.seconds() >= startSeconds - 1e-9) {
                    keep.offer(f.image());
                }
            }
            return;
        }
        double tick = frameRate.get().inverse().toDouble();
        double last = from.info().frameRate().inverse().toDouble();
        VideoFrame before = from.next();
        long k = 0;
        while (before != null && !keep.done) {
            VideoFrame after = from.next();
            // A frame stands until the next; the last one for as long as a frame does.
            double until = after == null ? before.seconds() + last : (before.seconds() + after.seconds()) / 2;
            for (double t; !keep.done && (t = startSeconds + k * tick) <= until + (after == null ? -1e-6 : 1e-9); k++) {
                keep.offer(before.image());
            }
            before = after;
        }
    }

    /** Stride and bound. */
    private final class Keeper {
        private final Sink sink;
        private long seen;
        private int kept;
        private boolean done;

        Keeper(Sink sink) {
            this.sink = sink;
        }

        void offer(Image frame) {
            if (seen++ % stride == 0) {
                done = !sink.take(frame) || (maxFrames.isPresent() && ++kept >= maxFrames.getAsInt());
            }
        }
    }
}
