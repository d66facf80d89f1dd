package dev.kinora.curate.caption;

import dev.kinora.curate.dataset.Dataset;
import dev.kinora.curate.worker.Hashes;
import dev.kinora.language.caption.ClipFrames;
import dev.kinora.media.DecodedFrame;
import dev.kinora.media.Image;
import dev.kinora.media.MediaException;
import dev.kinora.media.Resample;
import dev.kinora.media.VideoReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Takes single pictures out of a dataset's clips, each clip decoded once. */
final class ClipLook {
    private final Dataset dataset;
    private final Path aside;

    /** @param aside a folder for copies of clips from shards, which go away at once */
    ClipLook(Dataset dataset, Path aside) {
        this.dataset = dataset;
        this.aside = aside;
    }

    /**
     * The pictures of a clip at some times.
     *
     * @param times within the clip, in any order
     * @param longSide pixels that pictures are reduced to
     * @throws Unreadable if it is not there, not itself, or cannot be decoded so far
     */
    ClipFrames frames(Clip clip, List<Double> times, int longSide) throws IOException {
        Path copy = Files.createTempFile(aside, "clip-", ".mp4");
        try {
            extract(clip, copy);
            return new ClipFrames(clip.id(), clip.seconds(), decode(copy, times, longSide));
        } catch (MediaException e) {
            throw new Unreadable(String.valueOf(e.getMessage()), e);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** A clip that cannot be looked at. */
    static final class Unreadable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Writes a clip as a file of its own, if it is the one that the table names. */
    void extract(Clip clip, Path to) throws IOException {
        byte[] bytes;
        try {
            bytes = dataset.read(clip.path(), clip.offset(), clip.bytes());
        } catch (NoSuchFileException e) {
            throw new Unreadable("clip: path = " + clip.path() + " (expected: a file of the dataset)", e);
        } catch (EOFException e) {
            throw new Unreadable("clip: offset = " + clip.offset() + " (expected: within " + clip.path() + ")", e);
        }
        if (!Hashes.ofBytes(bytes).equals(clip.sha256())) {
            throw new Unreadable("clip: sha256 = another (expected: " + clip.sha256() + ")", null);
        }
        Files.write(to, bytes);
    }

    private static List<ClipFrames.Frame> decode(Path file, List<Double> times, int longSide) throws IOException {
        List<Integer> order = IntStream.range(0, times.size())
                .boxed()
                .sorted((a, b) -> Double.compare(times.get(a), times.get(b)))
                .toList();
        ClipFrames.@Nullable Frame[] found = new ClipFrames.Frame[times.size()];
        ClipFrames.Frame last = null;
        int next = 0;
        try (VideoReader in = VideoReader.open(file)) {
            double half = 0.5 / in.info().frameRate().toDouble();
            double end = 0;
            while (next < order.size()) {
                DecodedFrame frame = in.decodeNext();
                if (frame == null) {
                    break;
                }
                end = frame.seconds();
                if (end + half < times.get(order.get(next))) {
                    continue;
                }
                last = new ClipFrames.Frame(end, reduced(frame.image(), longSide));
                while (next < order.size() && times.get(order.get(next)) <= end + half) {
                    found[order.get(next++)] = last;
                }
            }
            // a clip's last frame stands a little longer than its time stamp says
            while (next < order.size() && last != null && times.get(order.get(next)) <= end + 4 * half) {
                found[order.get(next++)] = last;
            }
            if (next < order.size()) {
                throw new Unreadable(
                        "clip: frames = until " + end + " s (expected: one at " + times.get(order.get(next)) + " s)",
                        null);
            }
        }
        List<ClipFrames.Frame> frames = new ArrayList<>();
        for (ClipFrames.Frame f : found) {
            if (f != null) {
                frames.add(f);
            }
        }
        return frames;
    }

    private static Image reduced(Image image, int longSide) {
        int side = Math.max(image.width(), image.height());
        return side <= longSide
                ? image
                : image.resize(
                        Math.max(1, Math.round((float) image.width() * longSide / side)),
                        Math.max(1, Math.round((float) image.height() * longSide / side)),
                        Resample.LANCZOS);
    }
}
