package dev.kinora.curate.cut;

import dev.kinora.curate.stage.Span;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.MediaLimits;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoFrame;
import dev.kinora.media.VideoReader;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts clips to the frame by decoding a file again and encoding. Frames of a variable rate are brought to the file's
 * nominal one by taking the nearest in time.
 */
public final class ExactCutter {
    /**
     * A clip to be made.
     *
     * @param span of the file
     * @param out where to
     */
    public record Job(Span span, Path out) {}

    /**
     * What was done.
     *
     * @param frames of each job's clip
     * @param bytes compressed bytes decoded again
     */
    public record Done(List<Integer> frames, long bytes) {}

    private ExactCutter() {}

    /**
     * Makes the clips in one pass.
     *
     * @param jobs in order, none overlapping
     * @throws MediaException if a clip cannot be written; a file that breaks off ends its last clip there
     */
    public static Done cut(Path file, List<Job> jobs, MediaLimits limits) throws MediaException {
        List<Integer> counts = new ArrayList<>();
        if (jobs.isEmpty()) {
            return new Done(counts, 0);
        }
        try (VideoReader in = VideoReader.open(file, limits)) {
            Rational rate = in.info().frameRate();
            int at = 0;
            Writing writing = null;
            try {
                VideoFrame frame = in.next();
                while (frame != null && at < jobs.size()) {
                    Span span = jobs.get(at).span();
                    if (frame.pts() >= span.endPts()) {
                        counts.add(finish(writing, frame.seconds()));
                        writing = null;
                        at++;
                        continue;
                    }
                    if (span.contains(frame.pts())) {
                        if (writing == null) {
                            writing = new Writing(jobs.get(at).out(), frame, rate);
                        }
                        writing.take(frame);
                    }
                    frame = nextOrEnd(in);
                }
                if (at < jobs.size()) {
                    counts.add(finish(writing, Double.NaN));
                    writing = null;
                }
            } finally {
                if (writing != null) {
                    writing.writer.close();
                }
            }
            while (counts.size() < jobs.size()) {
                counts.add(0);
            }
            return new Done(counts, in.packets().totalBytes());
        }
    }

    private static int finish(@Nullable Writing writing, double end) throws MediaException {
        return writing == null ? 0 : writing.finish(end);
    }

    private static @Nullable VideoFrame nextOrEnd(VideoReader in) {
        try {
            return in.next();
        } catch (MediaException e) {
            return null; // the first pass has reported it
        }
    }

    /** A clip under way: each tick of the even rate takes the frame nearest to it. */
    private static final class Writing {
        private final VideoWriter writer;
        private final double tick;
        private final double start;
        private Image before;
        private double beforeSeconds;
        private int written;

        Writing(Path out, VideoFrame first, Rational rate) throws MediaException {
            writer = VideoWriter.open(
                    out, VideoSpec.of(first.image().width(), first.image().height(), rate));
            tick = rate.inverse().toDouble();
            start = first.seconds();
            before = first.image();
            beforeSeconds = start;
        }

        void take(VideoFrame frame) throws MediaException {
            fill((beforeSeconds + frame.seconds()) / 2);
            before = frame.image();
            beforeSeconds = frame.seconds();
        }

        private void fill(double until) throws MediaException {
            while (start + written * tick < until - 1e-6) {
                writer.write(before);
                written++;
            }
        }

        /** @param end when the next frame after the clip is shown; NaN where none is */
        int finish(double end) throws MediaException {
            // A frame stands until the next one, or for a tick.
            fill(
                    Double.isNaN(end)
                            ? beforeSeconds + tick / 2
                            : Math.max((beforeSeconds + end) / 2, beforeSeconds + 1e-5));
            writer.finish();
            return written;
        }
    }
}
