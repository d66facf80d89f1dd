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
