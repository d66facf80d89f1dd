package dev.kinora.models.cogvideox;

import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention over text and video tokens together, without a mask: padding tokens of the text are attended too.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXAttnProcessor2_0} of models/attention_processor.py.
 *
 * <p>B batch, N text tokens, L video tokens, D width.
 */
final class CogVideoXAttention {
    private static final double QK_NORM_EPS = 1e-6; // not the config's norm_eps

    private final int heads;
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Linear toOut;
    private final LayerNorm normQ;
    private final LayerNorm normK;

    CogVideoXAttention(CogVideoXConfig c, Names at) {
        int d = c.innerDim();
        heads = c.numAttentionHeads();
        toQ = at.linear("to_q", d, d, c.attentionBias());
        toK = at.linear("to_k", d, d, c.attentionBias());
        toV = at.linear("to_v", d, d, c.attentionBias());
        toOut = at.linear("to_out.0", d, d);
        normQ = at.layerNorm("norm_q", c.attentionHeadDim(), QK_NORM_EPS);
        normK = at.layerNorm("norm_k", c.attentionHeadDim(), QK_NORM_EPS);
    }

    /** text [B, N, D], video [B, L, D] to [B, N + L, D]. */
    Tensor forward(Tensor text, Tensor video, @Nullable RotaryEmbedding rope) {
        RotaryEmbedding turns = rope == null ? null : rope.after(text.size(1));
        Tensor x = Tensors.cat(1, text, video); // [B, N + L, D]
        Tensor q = rotate(normQ.forward(split(toQ.forward(x))), turns); // [B, heads, N + L, head_dim]
        Tensor k = rotate(normK.forward(split(toK.forward(x))), turns);
        Tensor v = split(toV.forward(x));
        x.release();
        Tensor mixed = F.scaledDotProductAttention(q, k, v, null, null); // [B, heads, N + L, head_dim]
        return toOut.forward(mixed.transpose(1, 2).flatten(2, 3)); // [B, N + L, D]
    }

    /** Block-diagonal attention: every token of x [1, T, D] attends to those of its own clip. */
    Tensor packed(Tensor x, CogVideoXPack pack) {
        Tensor q = pack.rotate(normQ.forward(split(toQ.forward(x)))); // [1, heads, T, head_dim]
        Tensor k = pack.rotate(normK.forward(split(toK.forward(x))));
        Tensor v = split(toV.forward(x));
        List<Tensor> mixed = new ArrayList<>();
        for (CogVideoXPack.Run run : pack.runs()) {
            Tensor y = F.scaledDotProductAttention(run.of(q), run.of(k), run.of(v), null, null);
            mixed.add(y.transpose(1, 2).reshape(1, run.tokens(), -1)); // clips one after another
        }
        return toOut.forward(Tensors.cat(1, mixed)); // [1, T, D]
    }

    private Tensor split(Tensor x) {
        return x.view(x.size(0), x.size(1), heads, -1).transpose(1, 2); // [B, heads, N + L, head_dim]
    }

    private static Tensor rotate(Tensor x, @Nullable RotaryEmbedding turns) {
        return turns == null ? x : turns.apply(x);
    }
}
