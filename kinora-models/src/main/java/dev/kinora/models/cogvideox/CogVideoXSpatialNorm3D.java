package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv3d;
import dev.kinora.nn.GroupNorm;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;

/**
 * Group norm whose scale and shift come from the latents (MoVQ, arXiv 2209.09002), enlarged by nearest neighbour.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXSpatialNorm3D} of
 * models/autoencoders/autoencoder_kl_cogvideox.py, which enlarges the latents first and convolves them then. The
 * convolutions are 1x1x1, so the order does not matter, and here each latent is convolved once and broadcast.
 *
 * <p>B batch, C channels, T H W activation size, Z latent channels, t h w latent size.
 */
final class CogVideoXSpatialNorm3D {
    private static final double EPS = 1e-6; // not the config's norm_eps
    private static final long[] ONE = {1, 1, 1};

    private final GroupNorm normLayer;
    private final Conv3d convY;
    private final Conv3d convB;

    CogVideoXSpatialNorm3D(Names at, long channels, long latentChannels, int groups) {
        normLayer = at.groupNorm("norm_layer", groups, channels, EPS);
        convY = at.conv3d("conv_y.conv", latentChannels, channels, ONE, ONE);
        convB = at.conv3d("conv_b.conv", latentChannels, channels, ONE, ONE);
    }

    /** f [B, C, T, H, W] normalised; zq [B, Z, t, h, w]. */
    Tensor forward(Tensor f, Tensor zq) {
        return TensorScope.compute(() -> modulate(normLayer.forward(f), zq));
    }

    /** The same of a part of a clip, and then SiLU. */
    Tape.Value forward(Tape.Value f, Tape.Value zq, TimeParallel part) {
        return part.norm(normLayer, f, in -> F.silu(modulate(in.get(0), in.get(1))), zq);
    }

    private Tensor modulate(Tensor normed, Tensor zq) {
        return TensorScope.compute(() -> {
            Tensor x = normed.contiguous(); // [B, C, T, H, W]
            Tensor scale = widen(convY.forward(zq, 0, 0, 0), x.size(4)); // [B, C, t, h, W]
            Tensor shift = widen(convB.forward(zq, 0, 0, 0), x.size(4));
            long frames = x.size(2);
            if (frames == 1 || frames % 2 == 0) {
                return modulate(x, scale, shift);
            }
            // an odd clip begins with a frame of its own; the others are enlarged evenly
            long t = zq.size(2);
            Tensor first = modulate(x.narrow(2, 0, 1), scale.narrow(2, 0, 1), shift.narrow(2, 0, 1));
            Tensor rest = modulate(x.narrow(2, 1, frames - 1), scale.narrow(2, 1, t - 1), shift.narrow(2, 1, t - 1));
            return Grad.enabled() ? Tensors.cat(2, first, rest) : x;
        });
    }

    /** One clip [T, H, W, C] of the batch, normalised as its rows are read, and then SiLU. */
    NormRows rows(Tensor clip, Tensor zq, long index) {
        Tensor z = zq.narrow(0, index, 1);
        return NormRows.of(
                clip,
                normLayer,
                NormRows.clip(convY.forward(z, 0, 0, 0), 0).contiguous(), // [t, h, w, C]
                NormRows.clip(convB.forward(z, 0, 0, 0), 0).contiguous());
    }

    private static Tensor widen(Tensor x, long width) {
        return x.repeatInterleave(width / x.size(4), 4);
    }

    /** x [B, C, T, H, W] times scale [B, C, t, h, W] plus shift; in place where autograd does not watch. */
    private static Tensor modulate(Tensor x, Tensor scale, Tensor shift) {
        long t = scale.size(2);
        long h = scale.size(3);
        Tensor blocks = x.view(x.size(0), x.size(1), t, x.size(2) / t, h, x.size(3) / h, x.size(4));
        Tensor s = scale.unsqueeze(4).unsqueeze(3); // [B, C, t, 1, h, 1, W]
        Tensor b = shift.unsqueeze(4).unsqueeze(3);
        if (Grad.enabled()) {
            return blocks.mul(s).add(b).reshape(x.shape());
        }
        blocks.mul_(s).add_(b);
        return x;
    }
}
