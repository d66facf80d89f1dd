package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.Names;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.F;
import dev.kinora.tensor.FrameRows;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Half and double the size, in height and width and on some levels in time. An odd number of frames keeps its first
 * frame as it is.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXDownsample3D} of models/downsampling.py and
 * {@code CogVideoXUpsample3D} of models/upsampling.py.
 */
final class CogVideoXResample {
    private CogVideoXResample() {}

    /** Averages pairs of frames, then a 2D convolution of stride 2, padded at the right and the bottom. */
    static final class Down {
        private final Conv2d conv;
        private final boolean compressTime;

        Down(Names at, long channels, boolean compressTime) {
            this.conv = at.conv2d("conv", channels, channels, 3, 2, 0);
            this.compressTime = compressTime;
        }

        /** [B, C, T, H, W] to [B, C, T', H/2, W/2]. */
        Tensor forward(Tensor x) {
            return TensorScope.compute(() -> {
                Tensor pooled = compressTime ? halveFrames(x) : x;
                return eachFrame(pooled, false, frame -> conv.forward(F.pad(frame, 0, 1, 0, 1)));
            });
        }

        private static Tensor halveFrames(Tensor x) {
            long frames = x.size(2);
            long alone = frames % 2;
            if (frames == 1) {
                return x;
            }
            Tensor pairs = x.slice(2, alone, frames, 2)
                    .add(x.slice(2, alone + 1, frames, 2))
                    .div(2);
            return alone == 1 ? Tensors.cat(2, x.narrow(2, 0, 1), pairs) : pairs;
        }
    }

    /** Nearest neighbour, then a 2D convolution. A doubled frame is convolved once. */
    static final class Up {
        private final Conv2d conv;
        private final boolean compressTime;

        Up(Names at, long channels, boolean compressTime) {
            this.conv = at.conv2d("conv", channels, channels, 3, 1, 1);
            this.compressTime = compressTime;
        }

        /** [B, C, T, H, W] to [B, C, T', 2 H, 2 W]. */
        Tensor forward(Tensor x) {
            boolean twice = compressTime && x.size(2) > 1;
            if (!Grad.enabled() && x.device().equals(Device.CPU)) {
                return TensorScope.compute(() -> byRows(x, twice));
            }
            return TensorScope.compute(() -> eachFrame(
                    x, twice, frame -> conv.forward(F.interpolateNearest2d(frame, 2 * x.size(3), 2 * x.size(4)))));
        }

        /** The same of a part of a clip; {@code firstAlone}: its first frame is not doubled. Recorded by autograd. */
        Tensor forward(Tensor x, boolean firstAlone) {
            return TensorScope.compute(() -> recorded(
                    x,
                    compressTime,
                    firstAlone ? 1 : 0,
                    frame -> conv.forward(F.interpolateNearest2d(frame, 2 * x.size(3), 2 * x.size(4)))));
        }

        /** The enlarged picture is read, never made. */
        private Tensor byRows(Tensor x, boolean twice) {
            long frames = x.size(2);
            long alone = frames % 2;
            Tensor weight = conv.weight().value().unsqueeze(2); // [C, C, 1, 3, 3]
            Tensor bias = Objects.requireNonNull(conv.bias()).value();
            Tensor out = NormRows.empty(
                    x.dtype(),
                    x.size(0),
                    twice ? 2 * frames - alone : frames,
                    2 * x.size(3),
                    2 * x.size(4),
                    weight.size(0));
            for (long i = 0; i < x.size(0); i++) {
                Tensor clip = NormRows.clip(x, i); // [T, H, W, C]
                Tensor target = out.select(0, i);
                if (!twice) {
                    F.convolveFrames(enlarged(clip), weight, bias, target);
                    continue;
                }
                for (long t = 0; t < frames; t++) {
                    long at = t < alone ? t : 2 * t - alone;
                    F.convolveFrames(enlarged(clip.narrow(0, t, 1)), weight, bias, target.narrow(0, at, 1));
                    if (t >= alone) {
                        target.select(0, at + 1).copy_(target.select(0, at));
                    }
                }
            }
            return NormRows.channelsFirst(out);
        }

        private static FrameRows enlarged(Tensor clip) {
            return (frame, row, target) -> {
                long n = target.size(0);
                long[] rows = new long[(int) n];
                for (int i = 0; i < n; i++) {
                    rows[i] = (row + i) / 2;
                }
                Tensor source = clip.select(0, frame).indexSelect(0, Tensors.of(rows)); // [n, W, C]
                target.view(n, source.size(1), 2, source.size(2)).copy_(source.unsqueeze(2));
            };
        }
    }

    /**
     * Applies a function of pictures to every frame and puts each result into the clip once or, but for the first frame
     * of an odd clip, twice. Where autograd does not watch, one frame is in work at a time.
     */
    private static Tensor eachFrame(Tensor x, boolean twice, UnaryOperator<Tensor> body) {
        long b = x.size(0);
        long frames = x.size(2);
        long alone = frames % 2;
        if (Grad.enabled()) {
            return recorded(x, twice, alone, body);
        }
        Tensor first = TensorScope.compute(() -> body.apply(x.select(2, 0))); // [B, C', H', W']
        long outFrames = twice ? 2 * frames - alone : frames;
        Tensor out =
                Tensors.empty(first.dtype(), first.device(), b, first.size(1), outFrames, first.size(2), first.size(3));
        long at = 0;
        for (long t = 0; t < frames; t++) {
            long frame = t;
            Tensor y = t == 0 ? first : TensorScope.compute(() -> body.apply(x.select(2, frame)));
            int copies = twice && !(t == 0 && alone == 1) ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                out.select(2, at++).copy_(y);
            }
            y.release();
        }
        return out;
    }

    /** All frames as one batch of pictures; the first {@code alone} of them are not doubled. */
    private static Tensor recorded(Tensor x, boolean twice, long alone, UnaryOperator<Tensor> body) {
        long b = x.size(0);
        long frames = x.size(2);
        Tensor y = body.apply(x.transpose(1, 2).flatten(0, 1)); // [B T, C, H, W]
        y = y.reshape(b, frames, y.size(1), y.size(2), y.size(3)).transpose(1, 2);
        if (!twice || frames == alone) {
            return y;
        }
        Tensor doubled = y.narrow(2, alone, frames - alone).repeatInterleave(2, 2);
        return alone == 1 ? Tensors.cat(2, y.narrow(2, 0, 1), doubled) : doubled;
    }
}
