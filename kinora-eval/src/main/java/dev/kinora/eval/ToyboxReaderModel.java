package dev.kinora.eval;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.GroupNorm;
import dev.kinora.nn.Init;
import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what a Toybox clip shows. Convolutions find up to two toys in every frame by a soft map each, whose mean is the
 * toy's centre and whose weighted features are its token; a transformer over the tokens of all frames says what each
 * toy is and does.
 *
 * <p>B clips, F frames, N = B F pictures, h = H/8 and w = W/8 cells, D width, S = 2 toys from left to right.
 */
public final class ToyboxReaderModel implements AutoCloseable {
    /** Toys that can be seen at once. */
    static final int SLOTS = 2;

    /** Pixels of a cell. */
    static final int STRIDE = 8;

    /** Numbers said about a toy in a frame: x, y, radius. */
    static final int PLACE = 3;

    private final ToyboxReaderConfig config;
    private final ParameterSet parameters;
    private final Conv2d conv1;
    private final GroupNorm norm1;
    private final Conv2d conv2;
    private final GroupNorm norm2;
    private final ConvBlock block2;
    private final Conv2d conv3;
    private final Conv2d position;
    private final List<ConvBlock> blocks3 = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d maps;
    private final Conv2d features;
    private final Linear radius;
    private final Linear place;
    private final Linear scene;
    private final Linear cast;
    private final Parameter slots; // [S, D]
    private final Parameter times; // [max frames, D]
    private final List<TimeBlock> timeBlocks = new ArrayList<>();
    private final LayerNorm normTime;
    private final Linear object;
    private final Linear color;
    private final Linear motion;

    /** Declares the weights; they are empty until loaded or initialised. */
    public ToyboxReaderModel(ToyboxReaderConfig c, Names at) {
        config = c;
        parameters = at.parameters();
        int a = c.channels().get(0);
        int b = c.channels().get(1);
        int d = c.channels().get(2);
        conv1 = at.conv2d("conv1", 9, a, 4, 2, 1);
        norm1 = at.groupNorm("norm1", c.groups(), a, 1e-5);
        conv2 = at.conv2d("conv2", a, b, 4, 2, 1);
        norm2 = at.groupNorm("norm2", c.groups(), b, 1e-5);
        block2 = new ConvBlock(at.at("block2"), b, c.groups());
        conv3 = at.conv2d("conv3", b, d, 4, 2, 1);
        position = at.conv2d("position", 2, d, 1, 1, 0);
        for (int i = 0; i < c.layers(); i++) {
            blocks3.add(new ConvBlock(at.at("blocks3", i), d, c.groups()));
        }
        normOut = at.groupNorm("norm_out", c.groups(), d, 1e-5);
        maps = at.conv2d("maps", d, SLOTS, 1, 1, 0);
        features = at.conv2d("features", d, c.width(), 1, 1, 0);
        radius = at.linear("radius", c.width(), 1);
        place = at.linear("place", PLACE, c.width());
        scene = at.linear("scene", c.width(), c.scenes().size());
        cast = at.linear("cast", 3L * c.width(), Cast.values().length);
        slots = at.parameter("slots", Init.normal(0.1), SLOTS, c.width());
        times = at.parameter("times", Init.normal(0.1), c.maxFrames(), c.width());
        for (int i = 0; i < c.blocks(); i++) {
            timeBlocks.add(new TimeBlock(at.at("time_blocks", i), c.width(), c.heads()));
        }
        normTime = at.layerNorm("norm_time", c.width(), 1e-5);
        object = at.linear("object", c.width(), c.objects().size());
        color = at.linear("color", c.width(), c.colors().size());
        motion = at.linear("motion", c.width(), c.motions().size());
    }

    /** Who is on the stage. */
    public enum Cast {
        /** One toy. */
        ONE,
        /** Two that keep to themselves. */
        TWO,
        /** Two, of which one runs into the other. */
        COLLIDING
    }

    /**
     * What the network says, as logits.
     *
     * @param scene [B, scenes]
     * @param cast [B, 3], see {@link Cast}
     * @param object [B, S, objects]; the second toy means nothing where there is one
     * @param color [B, S, colours]
     * @param motion [B, S, motions]
     * @param places [B, S, F, 3]: x to the right and y down from the picture's centre, and half the height, all in units
     *     of its short side
     * @param maps [B, S, F, h w]: of every cell, whether it is where the toy is
     */
    public record Output(
            Tensor scene, Tensor cast, Tensor object, Tensor color, Tensor motion, Tensor places, Tensor maps)
            implements TensorBundle {
        @Override
        public List<Tensor> tensors() {
            return List.of(scene, cast, object, color, motion, places, maps);
        }
    }

    /** The stored configuration. */
    public ToyboxReaderConfig config() {
        return config;
    }

    /** The weights by their checkpoint keys. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Draws fresh fp32 weights. */
    public void initialize(Rng rng) {
        parameters.initialize(rng);
    }

    /**
     * Looks at clips.
     *
     * @param video [B, 3, F, H, W] in [-1, 1]; H and W multiples of 8
     * @throws IllegalArgumentException for another shape or too many frames
     */
    public Output forward(Tensor video) {
        long[] s = video.shape();
        if (s.length != 5 || s[1] != 3 || s[2] > config.maxFrames() || s[3] % STRIDE != 0 || s[4] % STRIDE != 0) {
            throw new IllegalArgumentException("toybox reader: video = " + Arrays.toString(s)
                    + " (expected: [B, 3, F, H, W] with F at most " + config.maxFrames() + ", H and W multiples of "
                    + STRIDE + ")");
        }
        long b = s[0];
        long f = s[2];
        Tensor x = pictures(video); // [N, 9, H, W]
        x = F.silu(norm1.forward(conv1.forward(x))); // [N, ., H/2, W/2]
        x = F.silu(norm2.forward(conv2.forward(x))); // [N, ., H/4, W/4]
        x = conv3.forward(block2.forward(x)); // [N, ., h, w]
        Tensor grid = grid(s[3], s[4], x.device()); // [1, 2, h, w]
        x = x.add(position.forward(grid));
        for (ConvBlock block : blocks3) {
            x = block.forward(x);
        }
        x = F.silu(normOut.forward(x));
        Tensor cells = maps.forward(x).flatten(2, 3).to(DType.FP32); // [N, S, h w]
        Tensor map = cells.softmax(2);
        Tensor values = features.forward(x).flatten(2, 3).to(DType.FP32); // [N, D, h w]
        Tensor token = map.matmul(values.transpose(1, 2)); // [N, S, D]
        Tensor centre = map.matmul(grid.flatten(2, 3).squeeze(0).transpose(0, 1).to(DType.FP32)); // [N, S, 2]
        Tensor places = Tensors.cat(2, centre, radius.forward(token).to(DType.FP32)); // [N, S, 3]
        Tensor everywhere = values.mean(false, 2).view(b, f, -1).mean(false, 1); // [B, D]

        token = token.add(place.forward(places).to(DType.FP32)).view(b, f, SLOTS, -1);
        token = token.add(slots.value()).add(times.value().narrow(0, 0, f).unsqueeze(1));
        token = token.transpose(1, 2).reshape(b, SLOTS * f, -1); // [B, S F, D]
        for (TimeBlock block : timeBlocks) {
            token = block.forward(token);
        }
        Tensor toys = normTime.forward(token).view(b, SLOTS, f, -1).mean(false, 2); // [B, S, D]
        return new Output(
                scene.forward(everywhere).to(DType.FP32),
                cast.forward(Tensors.cat(1, everywhere, toys.flatten(1, 2).to(DType.FP32)))
                        .to(DType.FP32),
                object.forward(toys).to(DType.FP32),
                color.forward(toys).to(DType.FP32),
                motion.forward(toys).to(DType.FP32),
                places.view(b, f, SLOTS, PLACE).transpose(1, 2),
                cells.view(b, f, SLOTS, -1).transpose(1, 2));
    }

    /** Each frame, its change from the frame before, and its difference from the clip's mean: [N, 9, H, W]. */
    private static Tensor pictures(Tensor video) {
        long[] s = video.shape();
        Tensor x = video.permute(0, 2, 1, 3, 4); // [B, F, 3, H, W]
        Tensor before = Tensors.cat(1, x.narrow(1, 0, 1), x.narrow(1, 0, s[2] - 1));
        Tensor mean = x.mean(true, 1);
        return Tensors.cat(2, x, x.sub(before), x.sub(mean)).reshape(s[0] * s[2], 9, s[3], s[4]);
    }

    /** Centres of the cells, x then y, from the picture's centre in units of its short side: [1, 2, h, w]. */
    public static Tensor grid(long height, long width, Device device) {
        double unit = Math.min(height, width);
        long h = height / STRIDE;
        long w = width / STRIDE;
        Tensor x = Tensors.arange(0, w, DType.FP32).add(0.5).mul(STRIDE / unit).sub(width / unit / 2);
        Tensor y = Tensors.arange(0, h, DType.FP32).add(0.5).mul(STRIDE / unit).sub(height / unit / 2);
        return Tensors.stack(0, x.unsqueeze(0).expand(h, w), y.unsqueeze(1).expand(h, w))
                .unsqueeze(0)
                .to(device);
    }

    /** {@code x + conv(silu(norm(conv(silu(norm(x))))))}. */
    private static final class ConvBlock {
        private final GroupNorm norm1;
        private final Conv2d conv1;
        private final GroupNorm norm2;
        private final Conv2d conv2;

        ConvBlock(Names at, long channels, int groups) {
            norm1 = at.groupNorm("norm1", groups, channels, 1e-5);
            conv1 = at.conv2d("conv1", channels, channels, 3, 1, 1);
            norm2 = at.groupNorm("norm2", groups, channels, 1e-5);
            conv2 = at.conv2d("conv2", channels, channels, 3, 1, 1);
        }

        Tensor forward(Tensor x) { // [N, C, H, W]
            Tensor h = conv1.forward(F.silu(norm1.forward(x)));
            return x.add(conv2.forward(F.silu(norm2.forward(h))));
        }
    }

    /** A transformer block, norms first, over all frames of both toys. */
    private static final class TimeBlock {
        private final LayerNorm norm1;
        private final Linear qkv;
        private final Linear out;
        private final LayerNorm norm2;
        private final Linear up;
        private final Linear down;
        private final int heads;

        TimeBlock(Names at, long width, int heads) {
            this.heads = heads;
            norm1 = at.layerNorm("norm1", width, 1e-5);
            qkv = at.linear("qkv", width, 3 * width);
            out = at.linear("out", width, width);
            norm2 = at.layerNorm("norm2", width, 1e-5);
            up = at.linear("up", width, 2 * width);
            down = at.linear("down", 2 * width, width);
        }

        Tensor forward(Tensor x) { // [B, T, D]
            long[] s = x.shape();
            Tensor[] parts = qkv.forward(norm1.forward(x))
                    .view(s[0], s[1], 3, heads, s[2] / heads)
                    .permute(2, 0, 3, 1, 4)
                    .split(1, 0); // q, k, v: [1, B, heads, T, D/heads]
            Tensor scores = parts[0].matmul(parts[1].transpose(3, 4))
                    .mul(1 / Math.sqrt((double) s[2] / heads))
                    .to(DType.FP32)
                    .softmax(4);
            Tensor mixed = scores.to(parts[2].dtype())
                    .matmul(parts[2])
                    .squeeze(0)
                    .transpose(1, 2)
                    .reshape(s);
            Tensor y = x.add(out.forward(mixed));
            return y.add(down.forward(F.gelu(up.forward(norm2.forward(y)))));
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }
}
