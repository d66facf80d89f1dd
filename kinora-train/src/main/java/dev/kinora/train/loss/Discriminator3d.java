package dev.kinora.train.loss;

import dev.kinora.nn.Conv3d;
import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells clips from reconstructions patch by patch: residual levels of 3D convolutions without norms, each halving
 * height, width and, but for the first, frames. Clips of any length, down to one picture.
 *
 * <p>B batch, F H W clip size, C channels.
 */
public final class Discriminator3d implements AutoCloseable {
    /** A number depends on frames up to so many strides from the one that it stands at, and on none so far away. */
    public static final int REACH = 3;

    private static final double SLOPE = 0.2;
    private static final long[] THREE = {3, 3, 3};

    private final Names names = Names.root();
    private final Conv3d convIn;
    private final List<Level> levels = new ArrayList<>();
    private final Conv3d convOut;

    /**
     * The network without weights.
     *
     * @param channels of the first level; the next have twice as many, up to 512
     * @param levels how often height and width are halved after the first time
     */
    public Discriminator3d(int channels, int levels) {
        convIn = names.conv3d("conv_in", 3, channels, THREE, new long[] {1, 2, 2});
        int in = channels;
        for (int i = 0; i < levels; i++) {
            int out = Math.min(512, 2 * in);
            this.levels.add(new Level(names.at("levels", i), in, out));
            in = out;
        }
        convOut = names.conv3d("conv_out", in, 1, THREE, new long[] {1, 1, 1});
    }

    /** The weights. */
    public ParameterSet parameters() {
        return names.parameters();
    }

    /** Frames from one number to the next. */
    public long stride() {
        return 1L << levels.size();
    }

    /** How many numbers a clip gets in time. */
    public long numbers(long frames) {
        return (frames + stride() - 1) / stride(); // halves rounded up, and up again
    }

    /**
     * A stretch of the numbers that a clip gets in time, and the frames that decide them: a window of the clip gives the
     * numbers that the whole clip does. Nothing is normalised, and what is missing beside a window is out of reach.
     *
     * @param firstFrame of the window
     * @param frames of the window
     * @param first number of the stretch, of those that the window gets
     * @param count of the stretch
     */
    public record Window(long firstFrame, long frames, long first, long count) {
        /** The window's frames [B, C, frames, H, W] of a clip's [B, C, F, H, W]. */
        public Tensor framesOf(Tensor clip) {
            return clip.narrow(2, firstFrame, frames);
        }

        /** The stretch [B, 1, count, h, w] of the numbers that the window gets. */
        public Tensor numbersOf(Tensor logits) {
            return logits.narrow(2, first, count);
        }
    }

    /** The window of a clip of {@code frames} for its numbers from {@code from} to before {@code to}. */
    public Window window(long frames, long from, long to) {
        long begin = Math.max(0, from - REACH);
        long end = Math.min(numbers(frames), to + REACH);
        long firstFrame = begin * stride();
        return new Window(firstFrame, Math.min(frames, end * stride()) - firstFrame, from - begin, to - from);
    }

    /** [B, 3, F, H, W] in [-1, 1] to one number a patch, high for what looks real: [B, 1, f, h, w]. */
    public Tensor forward(Tensor video) {
        return TensorScope.compute(() -> {
            Tensor x = F.leakyRelu(convIn.forward(video, 1, 1, 1), SLOPE); // [B, C, F, H/2, W/2]
            for (Level level : levels) {
                x = level.forward(x);
            }
            return convOut.forward(x, 1, 1, 1);
        });
    }

    /** Two convolutions beside a shortcut; the sum keeps its variance. */
    private static final class Level {
        private static final long[] HALF = {2, 2, 2};

        private final Conv3d conv1;
        private final Conv3d conv2;
        private final Conv3d shortcut;

        Level(Names at, int in, int out) {
            conv1 = at.conv3d("conv1", in, in, THREE, new long[] {1, 1, 1});
            conv2 = at.conv3d("conv2", in, out, THREE, HALF);
            shortcut = at.conv3d("shortcut", in, out, new long[] {1, 1, 1}, HALF);
        }

        Tensor forward(Tensor x) { // [B, C, f, h, w] to [B, C', f/2, h/2, w/2], halves rounded up
            Tensor y = F.leakyRelu(conv1.forward(x, 1, 1, 1), SLOPE);
            y = conv2.forward(y, 1, 1, 1).add(shortcut.forward(x, 0, 0, 0)).mul(Math.sqrt(0.5));
            return F.leakyRelu(y, SLOPE);
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        names.parameters().close();
    }
}
