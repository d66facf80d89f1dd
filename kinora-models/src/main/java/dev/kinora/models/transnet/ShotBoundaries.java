package dev.kinora.models.transnet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A video of any length through {@link TransNetV2}, frame by frame: windows of 100 in steps of 50, of each of which the
 * middle 50 count; the first and the last frame are repeated at the ends. Never holds more than two windows.
 */
public final class ShotBoundaries {
    private static final int STEP = TransNetV2.WINDOW / 2;
    private static final int MARGIN = STEP / 2;

    private final TransNetV2 model;
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private final List<float[][]> results = new ArrayList<>();
    private byte[] last = {};
    private int frames;

    /** A new video. */
    public ShotBoundaries(TransNetV2 model) {
        this.model = model;
    }

    /**
     * Adds a frame.
     *
     * @param rgb 27 x 48 x 3 bytes; kept
     * @throws IllegalArgumentException for another length
     */
    public void add(byte[] rgb) {
        if (rgb.length != TransNetV2.HEIGHT * TransNetV2.WIDTH * 3) {
            throw new IllegalArgumentException(
                    "ShotBoundaries.add: rgb.length = " + rgb.length + " (expected: 27 x 48 x 3 bytes)");
        }
        if (frames == 0) {
            for (int i = 0; i < MARGIN; i++) {
                waiting.add(rgb);
            }
        }
        push(rgb);
        last = rgb;
        frames++;
    }

    private void push(byte[] rgb) {
        waiting.add(rgb);
        if (waiting.size() == TransNetV2.WINDOW) {
            results.add(model.predict(List.copyOf(waiting)));
            for (int i = 0; i < STEP; i++) {
                waiting.remove();
            }
        }
    }

    /**
     * Ends the video.
     *
     * @return for each frame the probability that it is the last of its shot, then that it belongs to a transition,
     *     [2][frames]
     */
    public float[][] finish() {
        for (int i = 0; i < TransNetV2.WINDOW && results.size() * STEP < frames; i++) {
            push(last);
        }
        float[][] out = new float[2][frames];
        for (int i = 0; i < frames; i++) {
            for (int k = 0; k < 2; k++) {
                out[k][i] = results.get(i / STEP)[k][MARGIN + i % STEP];
            }
        }
        return out;
    }
}
