package dev.kinora.media;

import java.util.Arrays;
import java.util.Optional;

/**
 * The compressed packets of a video stream in the order they are stored, which is the order they are decoded in. Grows
 * while a {@link VideoReader} reads; costs 17 bytes a packet.
 */
public final class PacketIndex {
    private long[] pts = new long[256];
    private long[] bytes = new long[256];
    private boolean[] key = new boolean[256];
    private int size;
    private long totalBytes;
    private boolean timed = true;

    PacketIndex() {}

    void add(long packetPts, int packetBytes, boolean keyFrame, boolean hasTime) {
        if (size == pts.length) {
            int larger = size * 2;
            pts = Arrays.copyOf(pts, larger);
            bytes = Arrays.copyOf(bytes, larger);
            key = Arrays.copyOf(key, larger);
        }
        pts[size] = packetPts;
        bytes[size] = packetBytes;
        key[size++] = keyFrame;
        totalBytes += packetBytes;
        timed &= hasTime;
    }

    /** Packets read so far. */
    public int size() {
        return size;
    }

    /** Compressed bytes handed to the decoder so far. */
    public long totalBytes() {
        return totalBytes;
    }

    /** How many of them can be decoded without another. */
    public int keyFrames() {
        int n = 0;
        for (int i = 0; i < size; i++) {
            n += key[i] ? 1 : 0;
        }
        return n;
    }

    /**
     * A stretch of the stream that can be copied as it is.
     *
     * @param first its first packet, a key frame
     * @param last its last packet, inclusive
     * @param startPts time of its first picture, in ticks
     * @param endPts time of the first picture after it, or {@link Long#MAX_VALUE} where the stream ends with it
     * @param frames how many pictures it has
     * @param bytes how large it is
     */
    public record Stretch(int first, int last, long startPts, long endPts, int frames, long bytes) {}

    /**
     * The longest stretch inside a time span that begins at a key frame and needs nothing from outside: pictures before
     * the first key frame are left out, and so are the last ones where they refer to a picture after the span.
     *
     * @param startPts first tick wanted
     * @param endPts first tick no longer wanted
     * @return empty where no key frame lies inside, or the file does not give its packets times
     */
    public Optional<Stretch> stretch(long startPts, long endPts) {
        int first = 0;
        while (first < size && !(key[first] && pts[first] >= startPts && pts[first] < endPts)) {
            first++;
        }
        if (!timed || first == size) {
            return Optional.empty();
        }
        long start = pts[first];
        // Earliest picture at or after each packet; those shown before the key frame refer to what went before it.
        long[] next = new long[size - first + 1];
        next[size - first] = Long.MAX_VALUE;
        for (int i = size - 1; i >= first; i--) {
            next[i - first] = Math.min(next[i - first + 1], pts[i] >= start ? pts[i] : Long.MAX_VALUE);
        }
        Stretch best = null;
        long latest = start;
        int frames = 0;
        long sum = 0;
        for (int i = first; i < size; i++) {
            if (pts[i] < start) {
                continue;
            }
            latest = Math.max(latest, pts[i]);
            if (latest >= endPts) {
                break;
            }
            frames++;
            sum += bytes[i];
            if (latest < next[i + 1 - first]) {
                best = new Stretch(first, i, start, next[i + 1 - first], frames, sum);
            }
        }
        return Optional.ofNullable(best);
    }
}
