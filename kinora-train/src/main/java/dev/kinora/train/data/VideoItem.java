package dev.kinora.train.data;

import java.util.List;

/**
 * A video of a folder, before it is decoded.
 *
 * @param id what the order of clips is made from: its path within the folder, in a tar that of its entry
 * @param file path within the folder, with {@code /}
 * @param offset of its first byte in that file
 * @param bytes of it; 0 for a file of its own
 * @param captions what it shows; may be empty
 * @param width pixels
 * @param height pixels
 * @param frames how many
 * @param fps frames a second
 */
record VideoItem(
        String id,
        String file,
        long offset,
        long bytes,
        List<String> captions,
        int width,
        int height,
        long frames,
        double fps) {
    VideoItem {
        captions = List.copyOf(captions);
    }

    /** How many frames there are at another rate; 0 keeps the video's own. */
    long framesAt(double rate) {
        return rate == 0 ? frames : (long) Math.floor((frames - 1) / fps * rate + 1e-6) + 1;
    }

    /** The shape that fits best among these, or null where the video is too short for each. */
    @org.jspecify.annotations.Nullable
    ClipShape fit(List<ClipShape> shapes, double rate) {
        ClipShape best = null;
        for (ClipShape s : shapes) {
            if (s.frames() <= framesAt(rate) && (best == null || better(s, best))) {
                best = s;
            }
        }
        return best;
    }

    /** The nearer aspect; then no enlarging; then more frames; then more pixels. */
    private boolean better(ClipShape a, ClipShape b) {
        double nearA = off(a);
        double nearB = off(b);
        if (Math.abs(nearA - nearB) > 1e-9) {
            return nearA < nearB;
        }
        if (within(a) != within(b)) {
            return within(a);
        }
        return a.frames() != b.frames()
                ? a.frames() > b.frames()
                : (long) a.width() * a.height() > (long) b.width() * b.height();
    }

    private double off(ClipShape s) {
        return Math.abs(Math.log((double) s.width() / s.height() * height / width));
    }

    private boolean within(ClipShape s) {
        return s.width() <= width && s.height() <= height;
    }
}
