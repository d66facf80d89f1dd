package dev.kinora.media;

import java.util.List;

/**
 * A whole video in memory at a constant frame rate.
 *
 * @param frames at least one, all of one size
 * @param frameRate frames per second
 */
public record Video(List<Image> frames, Rational frameRate) {
    public Video {
        frames = List.copyOf(frames);
        if (frames.isEmpty()) {
            throw MediaException.badArgument("Video", "frames", 0, "at least one");
        }
        Image first = frames.getFirst();
        for (int i = 1; i < frames.size(); i++) {
            Image f = frames.get(i);
            if (f.width() != first.width() || f.height() != first.height()) {
                throw MediaException.badArgument(
                        "Video",
                        "frames[" + i + "]",
                        f,
                        "the size of frame 0, %dx%d".formatted(first.width(), first.height()));
            }
        }
    }

    /** Pixels per row. */
    public int width() {
        return frames.getFirst().width();
    }

    /** Rows. */
    public int height() {
        return frames.getFirst().height();
    }

    /** Every frame brought to {@code width x height}. */
    public Video fit(int width, int height, Fit fit, Resample filter) {
        return new Video(
                frames.stream().map(f -> f.fit(width, height, fit, filter)).toList(), frameRate);
    }
}
