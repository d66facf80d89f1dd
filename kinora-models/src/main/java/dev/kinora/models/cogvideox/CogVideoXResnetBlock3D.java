package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv3d;
import dev.kinora.nn.GroupNorm;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
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
    @FunctionalInterface
    interface Norm {
        Tensor forward(Tensor x, @Nullable Tensor zq);

        /** Spatial norm where there are latents to see, else group norm. */
        static Norm of(Names at, String name, long channels, int zqChannels, int groups, double eps) {
            if (zqChannels == 0) {
                GroupNorm norm = at.groupNorm(name, groups, channels, eps);
                return (x, zq) -> norm.forward(x);
            }
            CogVideoXSpatialNorm3D norm = new CogVideoXSpatialNorm3D(at.at(name), channels, zqChannels, groups);
            return (x, zq) -> norm.forward(x, Objects.requireNonNull(zq));
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
        return TensorScope.compute(() -> {
            Tensor h = conv1.consume(silu(norm1.forward(x, zq)), cache); // [B, out, T, H, W]
            Tensor normed = norm2.forward(h, zq);
            h.release();
            h = conv2.consume(silu(normed), cache);
            Tensor shortcut = convShortcut == null ? x : convShortcut.forward(x, 0, 0, 0);
            return Grad.enabled() ? h.add(shortcut) : h.add_(shortcut);
        });
    }

    /** In place where autograd does not watch: x must be the caller's own. */
    static Tensor silu(Tensor x) {
        return Grad.enabled() ? F.silu(x) : F.silu_(x);
    }
}
