package dev.kinora.train.data;

import dev.kinora.train.internal.Checks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A numbered source of clips, such as a folder of videos, as one to draw from: a clip of the wanted width and height, cut
 * at random to the wanted length. The first clips of each shape are held out for validation.
 *
 * @param source of clips, some of them at least as long as any that will be asked for
 * @param heldOut clips of each shape that are never trained on
 */
record SourceDraws(ClipSource source, int heldOut) implements ClipDraws {
    SourceDraws {
        Checks.require(heldOut > 0, "clip source", "held out", heldOut, "1 or more");
    }

    @Override
    public byte[] training(long draw, ClipShape shape) {
        SplittableRandom random = new SplittableRandom(draw).split();
        long clips = 0;
        for (Map.Entry<ClipShape, Integer> e : source.counts().entrySet()) {
            clips += suits(e.getKey(), shape) ? Math.max(0, e.getValue() - heldOut) : 0;
        }
        Checks.require(clips > 0, "clip source", "clips of " + shape, clips, "more than are held out");
        long at = random.nextLong(clips);
        for (Map.Entry<ClipShape, Integer> e : source.counts().entrySet()) {
            long n = suits(e.getKey(), shape) ? Math.max(0, e.getValue() - heldOut) : 0;
            if (at < n) {
                int from = random.nextInt(e.getKey().frames() - shape.frames() + 1);
                return cut(e.getKey(), heldOut + (int) at, from, shape);
            }
            at -= n;
        }
        throw new IllegalStateException("clip source: draw = " + draw + " (expected: within its clips)");
    }

    @Override
    public Map<String, String> provenance() {
        return source.provenance();
    }

    @Override
    public byte[] validation(int index, ClipShape shape) {
        for (Map.Entry<ClipShape, Integer> e : source.counts().entrySet()) {
            if (suits(e.getKey(), shape) && e.getValue() > 0) {
                return cut(e.getKey(), index % Math.min(heldOut, e.getValue()), 0, shape);
            }
        }
        throw new IllegalArgumentException("clip source: clips of " + shape + " = 0 (expected: 1 or more)");
    }

    @Override
    public boolean has(ClipShape shape) {
        return source.counts().entrySet().stream().anyMatch(e -> e.getValue() > 0 && suits(e.getKey(), shape));
    }

    private static boolean suits(ClipShape has, ClipShape wanted) {
        return has.width() == wanted.width() && has.height() == wanted.height() && has.frames() >= wanted.frames();
    }

    private byte[] cut(ClipShape has, int index, int from, ClipShape wanted) {
        try {
            byte[] rgb = source.clip(has, index).rgb();
            int frame = 3 * has.width() * has.height();
            return Arrays.copyOfRange(rgb, from * frame, (from + wanted.frames()) * frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
