package dev.kinora.models.cogvideox;

import dev.kinora.nn.GroupNorm;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.FrameRows;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a clip, normalised, modulated by the latents and put through SiLU as a convolution reads them, so that no
 * normalised copy of the clip exists.
 *
 * <p>T H W clip size, t h w latent size, C channels.
 */
final class NormRows implements FrameRows {
    private final Tensor clip; // [T, H, W, C]
    private final Tensor scale; // [C] or [t, h, w, C]
    private final Tensor shift;

    private NormRows(Tensor clip, Tensor scale, Tensor shift) {
        this.clip = clip;
        this.scale = scale;
        this.shift = shift;
    }

    /** Group norm, then SiLU. */
    static NormRows of(Tensor clip, GroupNorm norm) {
        GroupNorm.Folded f = norm.fold(clip);
        return new NormRows(clip, f.scale(), f.shift());
    }

    /** Group norm, times {@code y}, plus {@code b} [t, h, w, C], then SiLU. */
    static NormRows of(Tensor clip, GroupNorm norm, Tensor y, Tensor b) {
        GroupNorm.Folded f = norm.fold(clip);
        return new NormRows(clip, y.mul(f.scale()), y.mul(f.shift()).add(b));
    }

    @Override
    public void read(long frame, long row, Tensor target) {
        long t = Math.max(frame, 0);
        long n = target.size(0);
        Tensor x = clip.select(0, t).narrow(0, row, n); // [n, W, C]
        if (scale.dim() == 1) {
            F.addcmul(target, shift, x, scale);
        } else {
            long w = scale.size(2);
            long block = clip.size(2) / w;
            Tensor rows = latentRows(row, n);
            long at = latentFrame(t);
            F.addcmul(
                    blocks(target, w, block),
                    shift.select(0, at).indexSelect(0, rows).unsqueeze(2), // [n, w, 1, C]
                    blocks(x, w, block),
                    scale.select(0, at).indexSelect(0, rows).unsqueeze(2));
        }
        F.silu_(target);
    }

    private static Tensor blocks(Tensor x, long w, long block) { // [n, W, C] to [n, w, block, C]
        return x.view(x.size(0), w, block, x.size(2));
    }

    private Tensor latentRows(long row, long n) {
        long block = clip.size(1) / scale.size(1);
        long[] rows = new long[(int) n];
        for (int i = 0; i < n; i++) {
            rows[i] = (row + i) / block;
        }
        return Tensors.of(rows);
    }

    /** An odd clip begins with a frame of its own; the others are enlarged evenly. */
    private long latentFrame(long frame) {
        long frames = clip.size(0);
        long latents = scale.size(0);
        if (frames == 1 || frames % 2 == 0) {
            return frame * latents / frames;
        }
        return frame == 0 ? 0 : 1 + (frame - 1) * (latents - 1) / (frames - 1);
    }

    /** One clip of a batch [B, C, T, H, W] as [T, H, W, C]; dense if the batch was made by {@link #empty}. */
    static Tensor clip(Tensor x, long index) {
        return x.select(0, index).permute(1, 2, 3, 0);
    }

    /** Uninitialised [B, T, H, W, C]. */
    static Tensor empty(DType dtype, long b, long t, long h, long w, long c) {
        return Tensors.empty(dtype, b, t, h, w, c);
    }

    /** [B, T, H, W, C] seen as [B, C, T, H, W]. */
    static Tensor channelsFirst(Tensor x) {
        return x.permute(0, 4, 1, 2, 3);
    }

    /** Rows of a clip [T, H, W, C], with the frames before it where there are some: [k, H, W, C]. */
    static FrameRows after(FrameRows rows, @Nullable Tensor before) {
        if (before == null) {
            return rows;
        }
        return (frame, row, target) -> {
            if (frame >= 0) {
                rows.read(frame, row, target);
            } else {
                target.copy_(before.select(0, before.size(0) + frame).narrow(0, row, target.size(0)));
            }
        };
    }
}
