package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv3d;
import dev.kinora.nn.GroupNorm;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.FrameRows;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two causal convolutions beside a shortcut, each behind a norm and SiLU.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXResnetBlock3D} of
 * models/autoencoders/autoencoder_kl_cogvideox.py.
 */
final class CogVideoXResnetBlock3D {
    private final Norm norm1;
    private final CogVideoXCausalConv3d conv1;
    private final Norm norm2;
    private final CogVideoXCausalConv3d conv2;
    private final @Nullable Conv3d convShortcut;

    /** A group norm, by the latents' leave in the decoder. */
    interface Norm {
        Tensor forward(Tensor x, @Nullable Tensor zq);

        /** One clip [T, H, W, C] of the batch behind this norm and SiLU, row by row. */
        FrameRows rows(Tensor clip, @Nullable Tensor zq, long index);

        /** A part of a clip behind this norm and SiLU. */
        Tape.Value forward(Tape.Value x, Tape.@Nullable Value zq, TimeParallel part);

        /** Spatial norm where there are latents to see, else group norm. */
        static Norm of(Names at, String name, long channels, int zqChannels, int groups, double eps) {
            return zqChannels == 0
                    ? new Plain(at.groupNorm(name, groups, channels, eps))
                    : new Spatial(new CogVideoXSpatialNorm3D(at.at(name), channels, zqChannels, groups));
        }

        /** Without latents. */
        record Plain(GroupNorm norm) implements Norm {
            @Override
            public Tensor forward(Tensor x, @Nullable Tensor zq) {
                return norm.forward(x);
            }

            @Override
            public FrameRows rows(Tensor clip, @Nullable Tensor zq, long index) {
                return NormRows.of(clip, norm);
            }

            @Override
            public Tape.Value forward(Tape.Value x, Tape.@Nullable Value zq, TimeParallel part) {
                return part.norm(norm, x, in -> F.silu(in.getFirst()));
            }
        }

        /** By the latents' leave. */
        record Spatial(CogVideoXSpatialNorm3D norm) implements Norm {
            @Override
            public Tensor forward(Tensor x, @Nullable Tensor zq) {
                return norm.forward(x, Objects.requireNonNull(zq));
            }

            @Override
            public FrameRows rows(Tensor clip, @Nullable Tensor zq, long index) {
                return norm.rows(clip, Objects.requireNonNull(zq), index);
            }

            @Override
            public Tape.Value forward(Tape.Value x, Tape.@Nullable Value zq, TimeParallel part) {
                return norm.forward(x, Objects.requireNonNull(zq), part);
            }
        }
    }

    /**
     * Declares the block.
     *
     * @param zqChannels channels of the latents that the decoder's norms look at; 0 in the encoder
     */
    CogVideoXResnetBlock3D(Names at, long in, long out, int zqChannels, int groups, double eps) {
        norm1 = Norm.of(at, "norm1", in, zqChannels, groups, eps);
        conv1 = new CogVideoXCausalConv3d(at.at("conv1"), in, out, 3);
        norm2 = Norm.of(at, "norm2", out, zqChannels, groups, eps);
        conv2 = new CogVideoXCausalConv3d(at.at("conv2"), out, out, 3);
        convShortcut =
                in == out ? null : at.conv3d("conv_shortcut", in, out, new long[] {1, 1, 1}, new long[] {1, 1, 1});
    }

    /** x [B, in, T, H, W], zq [B, Z, t, h, w] to [B, out, T, H, W]. */
    Tensor forward(Tensor x, @Nullable Tensor zq, ConvCache cache) {
        if (conv1.byRows(x)) {
            return byRows(x, zq, cache);
        }
        return TensorScope.compute(() -> {
            Tensor h = conv1.consume(silu(norm1.forward(x, zq)), cache); // [B, out, T, H, W]
            Tensor normed = norm2.forward(h, zq);
            h.release();
            h = conv2.consume(silu(normed), cache);
            Tensor shortcut = convShortcut == null ? x : convShortcut.forward(x, 0, 0, 0);
            return Grad.enabled() ? h.add(shortcut) : h.add_(shortcut);
        });
    }

    /** The same of a part of a clip. */
    Tape.Value forward(Tape.Value x, Tape.@Nullable Value zq, TimeParallel part) {
        Tape.Value h = conv1.forward(norm1.forward(x, zq, part), part);
        h = conv2.forward(norm2.forward(h, zq, part), part);
        return part.segment(
                in -> in.get(0).add(convShortcut == null ? in.get(1) : convShortcut.forward(in.get(1), 0, 0, 0)), h, x);
    }

    /** The same row by row; of x's size there is never more than x, its result and one more of the result's size. */
    private Tensor byRows(Tensor x, @Nullable Tensor zq, ConvCache cache) {
        return TensorScope.compute(() -> {
            Tensor h = conv1.forward(x, i -> norm1.rows(NormRows.clip(x, i), zq, i), cache);
            Tensor y = conv2.forward(h, i -> norm2.rows(NormRows.clip(h, i), zq, i), cache);
            h.release();
            return y.add_(convShortcut == null ? x : shortcut(convShortcut, x));
        });
    }

    /** A 1x1x1 convolution is a linear layer over the channels. */
    private static Tensor shortcut(Conv3d conv, Tensor x) {
        Tensor weight = conv.weight().value(); // [out, in, 1, 1, 1]
        Tensor last = x.permute(0, 2, 3, 4, 1); // [B, T, H, W, in]
        return NormRows.channelsFirst(F.linear(
                last, weight.view(weight.size(0), weight.size(1)), conv.bias().value()));
    }

    /** In place where autograd does not watch: x must be the caller's own. */
    static Tensor silu(Tensor x) {
        return Grad.enabled() ? F.silu(x) : F.silu_(x);
    }
}
