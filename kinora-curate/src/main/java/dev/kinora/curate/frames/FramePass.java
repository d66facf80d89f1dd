package dev.kinora.curate.frames;

import dev.kinora.media.DecodedFrame;
import dev.kinora.media.MediaException;
import dev.kinora.media.VideoInfo;
import dev.kinora.media.VideoReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One decoding of one file, watched by any number of observers. */
public final class FramePass {
    /**
     * How far a file could be read.
     *
     * @param frames frames decoded
     * @param lastPts time of the last of them, in ticks of the file's time base
     * @param damagedPackets compressed packets that the decoder refused; their frames are missing
     * @param broken why the file ended before its end; empty where it did not
     */
    public record Result(int frames, long lastPts, int damagedPackets, Optional<MediaException> broken) {}

    private FramePass() {}

    /**
     * Decodes what is left of {@code in}, each frame once, and hands it to every observer in turn.
     *
     * @param progress called after each frame with its index plus one
     * @return how it ended; a file that breaks off is no error here, its good frames have been seen
     * @throws MediaException if an observer fails
     */
    public static Result run(VideoReader in, List<? extends FrameObserver> observers, Consumer<Integer> progress)
            throws MediaException {
        VideoInfo info = in.info();
        for (FrameObserver o : observers) {
            o.begin(info);
        }
        int frames = 0;
        long lastPts = 0;
        Optional<MediaException> broken = Optional.empty();
        while (true) {
            DecodedFrame frame;
            try {
                frame = in.decodeNext();
            } catch (MediaException e) {
                broken = Optional.of(e);
                break;
            }
            if (frame == null) {
                break;
            }
            for (FrameObserver o : observers) {
                o.observe(frame);
            }
            frames++;
            lastPts = frame.pts();
            progress.accept(frames);
        }
        for (FrameObserver o : observers) {
            o.end();
        }
        return new Result(frames, lastPts, in.damagedPackets(), broken);
    }
}
