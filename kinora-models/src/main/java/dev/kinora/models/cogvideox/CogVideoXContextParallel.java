package dev.kinora.models.cogvideox;

import dev.kinora.tensor.ProcessGroup;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;

/**
 * The autoencoder over a clip whose frames lie on several processes, for training on clips that one cannot hold (arXiv
 * 2408.06072, section 2.1 and appendix). Causal convolutions get their past from the process before; group norms take
 * their statistics over all. Output, loss and gradients are those of one process with {@link VaeOptions#WHOLE_CLIP}:
 * there are no batches of frames here, the clip is normalised as one.
 *
 * <p>All processes call the same methods in the same order, each with its part. Parameters' gradients are those of the
 * process's own part of the loss; their sum over the processes is the gradient of the whole.
 *
 * <p>B batch, T frames and t latent frames of this part.
 */
public final class CogVideoXContextParallel {
    private final AutoencoderKLCogVideoX vae;
    private final ProcessGroup group;

    /** The same weights on every process. */
    public CogVideoXContextParallel(AutoencoderKLCogVideoX vae, ProcessGroup group) {
        this.vae = vae;
        this.group = group;
    }

    /**
     * Which frames a process holds.
     *
     * @param firstFrame of the part
     * @param frames of the part
     * @param firstLatent of the part
     * @param latents of the part
     * @param firstAlone whether the part begins with the first frame of an odd clip
     */
    public record Part(long firstFrame, long frames, long firstLatent, long latents, boolean firstAlone) {
        /**
         * The part of a clip that falls to {@code rank}: latents are dealt out evenly, the first ranks get one more.
         *
         * @param frames of the whole clip, 8 k or 8 k + 1
         * @throws IllegalArgumentException for other counts, and where there are more processes than latents
         */
        public static Part of(long frames, int rank, int size) {
            boolean odd = frames % 2 == 1;
            long latents = odd ? (frames - 1) / 4 + 1 : frames / 4;
            if (frames % 8 > 1 || latents < size) {
                throw new IllegalArgumentException("context parallel: frames = " + frames
                        + " (expected: 8 k or 8 k + 1, at least one latent for each of " + size + " processes)");
            }
            long each = latents / size;
            long more = latents % size;
            long first = rank * each + Math.min(rank, more);
            long own = each + (rank < more ? 1 : 0);
            long from = first == 0 ? 0 : 4 * first - (odd ? 3 : 0);
            long to = 4 * (first + own) - (odd ? 3 : 0);
            return new Part(from, to - from, first, own, odd && first == 0);
        }

        /** This part of a clip's frames: [B, C, T, H, W] of [B, C, all, H, W], contiguous. */
        public Tensor framesOf(Tensor clip) {
            return clip.narrow(2, firstFrame, frames).contiguous();
        }

        /** This part of a clip's latents: [B, Z, t, h, w] of [B, Z, all, h, w], contiguous. */
        public Tensor latentsOf(Tensor clip) {
            return clip.narrow(2, firstLatent, latents).contiguous();
        }
    }

    /** This part's frames [B, 3, T, H, W] to the moments of its latents [B, 2 Z, t, h, w]. */
    public Tape.Value encode(Tape tape, Tape.Value frames, Part part) {
        return vae.encoder().forward(frames, new TimeParallel(group, tape, part.firstAlone()));
    }

    /** This part's latents [B, Z, t, h, w] to its frames [B, 3, T, H, W]. */
    public Tape.Value decode(Tape tape, Tape.Value latents, Part part) {
        return vae.decoder().forward(latents, new TimeParallel(group, tape, part.firstAlone()));
    }
}
