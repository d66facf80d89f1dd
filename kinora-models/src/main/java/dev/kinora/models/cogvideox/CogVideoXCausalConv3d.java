package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv3d;
import dev.kinora.nn.Names;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.F;
import dev.kinora.tensor.FrameRows;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A 3D convolution that sees no future: k - 1 frames are put before the clip, those of the batch before it or its first
 * frame over and over. Height and width are padded with zeros.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXCausalConv3d} of
 * models/autoencoders/autoencoder_kl_cogvideox.py.
 */
final class CogVideoXCausalConv3d {
    private final Conv3d conv;
    private final int kernel;

    CogVideoXCausalConv3d(Names at, long in, long out, int kernel) {
        this.conv = at.conv3d("conv", in, out, new long[] {kernel, kernel, kernel}, new long[] {1, 1, 1});
        this.kernel = kernel;
    }

    /** Whether the convolution may be computed row by row: without autograd. */
    boolean byRows(Tensor x) {
        return kernel == 3 && !Grad.enabled() && x.device().equals(Device.CPU);
    }

    /**
     * The convolution of clips of x's size, whose rows are made as they are read.
     *
     * @param x [B, in, T, H, W], only for its size and dtype
     * @param rows makes the rows of one clip of the batch
     * @return [B, out, T, H, W], channels last in memory
     */
    Tensor forward(Tensor x, LongFunction<FrameRows> rows, ConvCache cache) {
        return TensorScope.compute(() -> {
            Tensor weight = conv.weight().value();
            long b = x.size(0);
            long t = x.size(2);
            Tensor out = NormRows.empty(x.dtype(), b, t, x.size(3), x.size(4), weight.size(0));
            Tensor before = cache.before(this);
            Tensor kept =
                    cache.keeps() ? NormRows.empty(x.dtype(), b, kernel - 1, x.size(3), x.size(4), x.size(1)) : null;
            for (long i = 0; i < b; i++) {
                FrameRows clip = NormRows.after(rows.apply(i), before == null ? null : NormRows.clip(before, i));
                F.convolveFrames(clip, weight, conv.bias().value(), out.select(0, i));
                if (kept != null) {
                    for (int k = 0; k < kernel - 1; k++) {
                        clip.read(t - kernel + 1 + k, 0, kept.select(0, i).select(0, k));
                    }
                }
            }
            cache.put(this, kept == null ? null : NormRows.channelsFirst(kept));
            return NormRows.channelsFirst(out);
        });
    }

    /** [B, in, T, H, W] to [B, out, T, H, W]. */
    Tensor forward(Tensor x, ConvCache cache) {
        if (byRows(x)) {
            return forward(x, i -> FrameRows.of(NormRows.clip(x, i)), cache);
        }
        return TensorScope.compute(() -> convolve(pad(x, cache)));
    }

    /** The same; x ends as soon as it has been read. */
    Tensor consume(Tensor x, ConvCache cache) {
        if (byRows(x)) {
            Tensor y = forward(x, cache);
            x.release();
            return y;
        }
        return TensorScope.compute(() -> {
            Tensor padded = pad(x, cache);
            x.release();
            return convolve(padded);
        });
    }

    /** The same of a part of a clip, whose past is on the process before. */
    Tape.Value forward(Tape.Value x, TimeParallel part) {
        Tape.Value before = part.before(x, kernel - 1);
        return before == null
                ? part.segment(in -> convolve(after(in.getFirst(), null)), x)
                : part.segment(in -> convolve(after(in.get(1), in.get(0))), before, x);
    }

    private Tensor convolve(Tensor padded) {
        return conv.forward(padded, 0, kernel / 2, kernel / 2);
    }

    private Tensor pad(Tensor x, ConvCache cache) {
        Tensor padded = after(x, cache.before(this));
        cache.keep(this, padded, kernel - 1);
        return padded;
    }

    private Tensor after(Tensor x, @Nullable Tensor before) {
        List<Tensor> parts =
                new ArrayList<>(before != null ? List.of(before) : Collections.nCopies(kernel - 1, x.narrow(2, 0, 1)));
        parts.add(x);
        return Tensors.cat(2, parts); // [B, in, k - 1 + T, H, W]
    }
}
