package dev.kinora.models.transnet;

import dev.kinora.nn.Init;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.KeyTable;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * TransNet V2 (Souček and Lokoč, arXiv 2008.04838): three stacks of dilated convolutions over tiny frames, beside them
 * how alike each frame is to its hundred neighbours, by learned features and by colour histograms; two heads say for
 * each frame whether a shot ends there.
 *
 * <p>Checked against soCzech/TransNetV2, inference-pytorch/transnetv2_pytorch.py.
 *
 * <p>B batch, T frames, C channels, H W size of a frame (27 and 48 to begin with).
 */
public final class TransNetV2 implements AutoCloseable {
    /** Rows of a frame. */
    public static final int HEIGHT = 27;

    /** Columns of a frame. */
    public static final int WIDTH = 48;

    /** Frames that are looked at together. */
    public static final int WINDOW = 100;

    private static final int FILTERS = 16;
    private static final int STACKS = 3;
    private static final int NEIGHBOURS = 101;
    private static final int FEATURES = 128;
    private static final int HIDDEN = 1024;
    private static final KeyTable KEYS = KeyTable.NONE.ignore(".*\\.num_batches_tracked");

    private final ParameterSet parameters;
    private final List<Stack> stacks = new ArrayList<>();
    private final FrameSimilarity similarity;
    private final ColorHistograms histograms;
    private final Linear fc1;
    private final Linear single;
    private final Linear all;

    /** The network without weights. */
    public TransNetV2(Names at) {
        parameters = at.parameters();
        int channels = 3;
        int features = 0;
        for (int i = 0; i < STACKS; i++) {
            int filters = FILTERS << i;
            stacks.add(new Stack(channels, filters, at.at("SDDCNN", i)));
            channels = 4 * filters;
            features += channels;
        }
        similarity = new FrameSimilarity(features, at.at("frame_sim_layer"));
        histograms = new ColorHistograms(at.at("color_hist_layer"));
        int cells = (HEIGHT >> STACKS) * (WIDTH >> STACKS);
        fc1 = at.linear("fc1", (long) channels * cells + 2 * FEATURES, HIDDEN);
        single = at.linear("cls_layer1", HIDDEN, 1);
        all = at.linear("cls_layer2", HIDDEN, 1);
    }

    /**
     * Loads a safetensors file with the keys of the PyTorch port.
     *
     * @throws dev.kinora.weights.CheckpointException for missing, unexpected or mismatched weights
     */
    public static TransNetV2 load(Path file) throws IOException {
        TransNetV2 model = new TransNetV2(Names.root());
        boolean loaded = false;
        try {
            StrictLoader.as(DType.FP32).with(KEYS).load(Checkpoint.open(file), model.parameters);
            loaded = true;
            return model;
        } finally {
            if (!loaded) {
                model.close();
            }
        }
    }

    /** Weights and the statistics of the norms. */
    public ParameterSet parameters() {
        return parameters;
    }

    /**
     * What the two heads say of each frame, before the sigmoid.
     *
     * @param single whether the frame is the last of its shot, or the middle of a gradual transition, [B, T]
     * @param all whether it belongs to a transition at all, [B, T]
     */
    public record Logits(Tensor single, Tensor all) {}

    /**
     * Looks at windows of frames.
     *
     * @param frames RGB 0..255 as fp32, [B, T, 27, 48, 3]
     * @param colors the {@linkplain ColorHistograms#count histogram} of each frame, fp32, [B, T, 512]
     */
    public Logits forward(Tensor frames, Tensor colors) {
        long b = frames.size(0);
        long t = frames.size(1);
        Tensor x = frames.permute(0, 4, 1, 2, 3).div(255); // [B, 3, T, H, W]
        List<Tensor> blocks = new ArrayList<>();
        for (Stack stack : stacks) {
            x = stack.forward(x); // [B, 4 F, T, H / 2, W / 2]
            blocks.add(x);
        }
        Tensor cells = x.permute(0, 2, 3, 4, 1).reshape(b, t, -1); // [B, T, H W C]
        Tensor y = Tensors.cat(2, histograms.forward(colors), similarity.forward(blocks), cells);
        y = fc1.forward(y).relu(); // [B, T, 1024]
        return new Logits(single.forward(y).squeeze(2), all.forward(y).squeeze(2));
    }

    /**
     * The probability of each frame of one window, without recording for autograd.
     *
     * @param window frames of 27 x 48 x 3 bytes RGB
     * @return that of the single-frame head, then that of the other, [2][T]
     */
    public float[][] predict(List<byte[]> window) {
        return Grad.off(() -> {
            try (TensorScope scope = TensorScope.open("TransNetV2")) {
                int size = HEIGHT * WIDTH * 3;
                byte[] pixels = new byte[window.size() * size];
                float[] colors = new float[window.size() * ColorHistograms.BINS];
                for (int i = 0; i < window.size(); i++) {
                    System.arraycopy(window.get(i), 0, pixels, i * size, size);
                    ColorHistograms.count(window.get(i), colors, i * ColorHistograms.BINS);
                }
                Logits out = forward(
                        Tensors.of(pixels, 1, window.size(), HEIGHT, WIDTH, 3).to(DType.FP32),
                        Tensors.of(colors, 1, window.size(), ColorHistograms.BINS));
                return new float[][] {
                    out.single.sigmoid().contiguous().toFloats(),
                    out.all.sigmoid().contiguous().toFloats()
                };
            }
        });
    }

    @Override
    public void close() {
        parameters.close();
    }

    /** Two dilated blocks with a way round the second, then half the size. */
    private static final class Stack {
        private final DilatedBlock first;
        private final DilatedBlock second;

        Stack(int channels, int filters, Names at) {
            first = new DilatedBlock(channels, filters, at.at("DDCNN", 0));
            second = new DilatedBlock(4 * filters, filters, at.at("DDCNN", 1));
        }

        Tensor forward(Tensor x) {
            Tensor shortcut = first.forward(x).relu(); // [B, 4 F, T, H, W]
            Tensor y = second.forward(shortcut).relu().add(shortcut);
            return halve(y); // [B, 4 F, T, H / 2, W / 2]
        }

        /** Mean of 2 x 2; an odd last row or column is dropped. */
        private static Tensor halve(Tensor x) {
            long h = x.size(3) / 2;
            long w = x.size(4) / 2;
            return x.narrow(3, 0, 2 * h)
                    .narrow(4, 0, 2 * w)
                    .reshape(x.size(0), x.size(1), x.size(2), h, 2, w, 2)
                    .mean(false, 4, 6);
        }
    }

    /** Four convolutions that look 1, 2, 4 and 8 frames back and forth, side by side, and a norm over them. */
    private static final class DilatedBlock {
        private static final int[] DILATIONS = {1, 2, 4, 8};
        private static final double EPS = 1e-3;

        private final List<SeparableConv3d> convolutions = new ArrayList<>();
        private final Parameter weight; // [4 F]
        private final Parameter bias;
        private final Parameter mean;
        private final Parameter variance;

        DilatedBlock(int channels, int filters, Names at) {
            for (int dilation : DILATIONS) {
                convolutions.add(new SeparableConv3d(channels, filters, dilation, at.at("Conv3D_" + dilation)));
            }
            Names bn = at.at("bn");
            weight = bn.parameter("weight", Init.ONES, 4L * filters);
            bias = bn.parameter("bias", Init.ZEROS, 4L * filters);
            mean = bn.buffer("running_mean", Init.ZEROS, 4L * filters);
            variance = bn.buffer("running_var", Init.ONES, 4L * filters);
        }

        Tensor forward(Tensor x) {
            Tensor y =
                    Tensors.cat(1, convolutions.stream().map(c -> c.forward(x)).toList()); // [B, 4 F, T, H, W]
            Tensor scale = variance.value().add(EPS).rsqrt().mul(weight.value());
            Tensor shift = bias.value().sub(mean.value().mul(scale));
            return y.mul(scale.view(1, -1, 1, 1, 1)).add(shift.view(1, -1, 1, 1, 1));
        }
    }

    /** A convolution of each frame, then one along time. */
    private static final class SeparableConv3d {
        private static final long[] ONE = {1, 1, 1};

        private final Parameter space; // [2 F, C, 1, 3, 3]
        private final Parameter time; // [F, 2 F, 3, 1, 1]
        private final int dilation;

        SeparableConv3d(int channels, int filters, int dilation, Names at) {
            space = at.parameter("layers.0.weight", Init.fanIn(9L * channels), 2L * filters, channels, 1, 3, 3);
            time = at.parameter("layers.1.weight", Init.fanIn(6L * filters), filters, 2L * filters, 3, 1, 1);
            this.dilation = dilation;
        }

        Tensor forward(Tensor x) {
            Tensor y = F.conv3d(x, space.value(), null, ONE, new long[] {0, 1, 1}); // [B, 2 F, T, H, W]
            return F.conv3d(y, time.value(), null, ONE, new long[] {dilation, 0, 0}, new long[] {dilation, 1, 1});
        }
    }

    /** How alike the frames around each are to it, in features averaged over the picture. */
    private static final class FrameSimilarity {
        private final Linear projection;
        private final Linear fc;

        FrameSimilarity(int channels, Names at) {
            projection = at.linear("projection", channels, FEATURES);
            fc = at.linear("fc", NEIGHBOURS, FEATURES);
        }

        Tensor forward(List<Tensor> blocks) {
            Tensor x =
                    Tensors.cat(1, blocks.stream().map(b -> b.mean(false, 3, 4)).toList()); // [B, C, T]
            x = projection.forward(x.transpose(1, 2)); // [B, T, 128]
            return fc.forward(neighbours(x)).relu();
        }

        /** Cosines of each frame with those up to 50 before and after it, 0 beyond the ends: [B, T, D] to [B, T, 101]. */
        static Tensor neighbours(Tensor x) {
            long b = x.size(0);
            long t = x.size(1);
            Tensor unit = x.div(x.square().sum(true, 2).sqrt().clamp(1e-12, Double.POSITIVE_INFINITY));
            Tensor cosines = F.pad(unit.bmm(unit.transpose(1, 2)), NEIGHBOURS / 2, NEIGHBOURS / 2); // [B, T, T + 100]
            Tensor places = Tensors.arange(0, t, DType.INT64)
                    .view(t, 1)
                    .add(Tensors.arange(0, NEIGHBOURS, DType.INT64).view(1, NEIGHBOURS));
            return cosines.gather(2, places.unsqueeze(0).expand(b, t, NEIGHBOURS));
        }
    }

    /** The same in colours: 8 x 8 x 8 bins. */
    public static final class ColorHistograms {
        /** Bins of one histogram. */
        public static final int BINS = 512;

        private final Linear fc;

        ColorHistograms(Names at) {
            fc = at.linear("fc", NEIGHBOURS, FEATURES);
        }

        /** Adds one to {@code out[at + bin]} for each pixel of a frame: the upper three bits of red, green, blue. */
        public static void count(byte[] rgb, float[] out, int at) {
            for (int i = 0; i < rgb.length; i += 3) {
                out[at + ((rgb[i] & 0xE0) << 1 | (rgb[i + 1] & 0xE0) >> 2 | (rgb[i + 2] & 0xE0) >> 5)]++;
            }
        }

        Tensor forward(Tensor histograms) {
            return fc.forward(FrameSimilarity.neighbours(histograms)).relu(); // [B, T, 128]
        }
    }
}
