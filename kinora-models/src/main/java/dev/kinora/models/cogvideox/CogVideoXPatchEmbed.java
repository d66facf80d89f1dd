package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.Init;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Latents and text states as tokens of one width, with sincos or learned positions added where the model has them.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXPatchEmbed} of models/embeddings.py.
 *
 * <p>B batch, F latent frames, C channels, H W latent size, p p_t patch size, N text tokens, L video tokens, D width.
 */
final class CogVideoXPatchEmbed {
    private final CogVideoXConfig config;
    private final @Nullable Conv2d projConv; // 1.0: per frame
    private final @Nullable Linear projLinear; // 1.5: over p_t frames
    private final Linear textProj;
    private final @Nullable Parameter posEmbedding; // [1, N + L, D]

    CogVideoXPatchEmbed(CogVideoXConfig c, Names at) {
        int p = c.patchSize();
        int d = c.innerDim();
        this.config = c;
        this.projConv = c.patchSizeT() == null ? at.conv2d("proj", c.inChannels(), d, p, p, 0, c.patchBias()) : null;
        this.projLinear =
                c.patchSizeT() == null ? null : at.linear("proj", (long) c.inChannels() * p * p * c.patchSizeT(), d);
        this.textProj = at.linear("text_proj", c.textEmbedDim(), d);
        this.posEmbedding =
                c.useLearnedPositionalEmbeddings() ? at.buffer("pos_embedding", sincosInit(), 1, tableRows(), d) : null;
    }

    /** text [B, N, text_embed_dim], latents [B, F, C, H, W] to [B, N + L, D]. */
    Tensor forward(Tensor text, Tensor latents) {
        Tensor textTokens = textProj.forward(text); // [B, N, D]
        Tensor videoTokens = patchify(latents); // [B, L, D]
        if (config.useLearnedPositionalEmbeddings() || !config.useRotaryPositionalEmbeddings()) {
            return addPositions(textTokens, videoTokens, latents);
        }
        return Tensors.cat(1, textTokens, videoTokens);
    }

    private Tensor patchify(Tensor x) {
        long b = x.size(0);
        long f = x.size(1);
        long h = x.size(3);
        long w = x.size(4);
        if (projConv != null) {
            return projConv.forward(x.reshape(b * f, x.size(2), h, w)) // [B F, D, H/p, W/p]
                    .reshape(b, f, config.innerDim(), -1)
                    .transpose(2, 3) // [B, F, H/p W/p, D]
                    .flatten(1, 2);
        }
        int p = config.patchSize();
        int pt = config.framesPerPatch();
        Tensor patches = x.permute(0, 1, 3, 4, 2) // [B, F, H, W, C]
                .reshape(b, f / pt, pt, h / p, p, w / p, p, x.size(2))
                .permute(0, 1, 3, 5, 7, 2, 4, 6) // [B, F/p_t, H/p, W/p, C, p_t, p, p]
                .flatten(4, 7)
                .flatten(1, 3); // [B, L, C p_t p p]
        return java.util.Objects.requireNonNull(projLinear).forward(patches);
    }

    private Tensor addPositions(Tensor text, Tensor video, Tensor latents) {
        long f = latents.size(1);
        Parameter table = posEmbedding;
        // as in the reference, a clip of another length gets computed positions even where there is a table
        if (table != null && (f - 1) * config.temporalCompressionRatio() + 1 == config.sampleFrames()) {
            return Tensors.cat(1, text, video).add(table.value().to(text.dtype()));
        }
        Tensor positions = sincos(f, latents.size(3), latents.size(4), video); // [L, D]; text has none
        return Tensors.cat(1, text, video.add(positions));
    }

    private Tensor sincos(long frames, long height, long width, Tensor like) {
        return CogVideoXPositions.sincos(
                        config.innerDim(),
                        frames,
                        height / config.patchSize(),
                        width / config.patchSize(),
                        config.spatialInterpolationScale(),
                        config.temporalInterpolationScale(),
                        like.dtype())
                .to(like.device());
    }

    private long tableRows() {
        return config.maxTextSeqLength()
                + (long) config.sampleLatentFrames()
                        * (config.sampleHeight() / config.patchSize())
                        * (config.sampleWidth() / config.patchSize());
    }

    /** The table starts as zeros for the text and sincos for the video. */
    private Init sincosInit() {
        return (rng, shape) -> {
            Tensor table = Tensors.zeros(dev.kinora.tensor.DType.FP32, shape);
            Tensor video = table.narrow(1, config.maxTextSeqLength(), shape[1] - config.maxTextSeqLength());
            video.copy_(sincos(config.sampleLatentFrames(), config.sampleHeight(), config.sampleWidth(), table));
            return table;
        };
    }
}
