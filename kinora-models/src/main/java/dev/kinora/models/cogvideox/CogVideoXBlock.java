package dev.kinora.models.cogvideox;

import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One block of the expert transformer (CogVideoX, arXiv 2408.06072, section 2.2): joint attention and feed-forward,
 * each between a modulation and a gate of its own for text and for video.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXBlock} of models/transformers/cogvideox_transformer_3d.py.
 *
 * <p>B batch, N text tokens, L video tokens, D width, E width of the time embedding.
 */
final class CogVideoXBlock {
    private final LayerNormZero norm1;
    private final CogVideoXAttention attn1;
    private final LayerNormZero norm2;
    private final FeedForward ff;

    /** Tokens of both kinds: text [B, N, D], video [B, L, D]. */
    record Tokens(Tensor text, Tensor video) implements TensorBundle {
        @Override
        public List<Tensor> tensors() {
            return List.of(text, video);
        }
    }

    CogVideoXBlock(CogVideoXConfig c, Names at) {
        norm1 = new LayerNormZero(c, at.at("norm1")); // 1. attention
        attn1 = new CogVideoXAttention(c, at.at("attn1"));
        norm2 = new LayerNormZero(c, at.at("norm2")); // 2. feed-forward
        ff = new FeedForward(c, at.at("ff"));
    }

    /** temb [B, E]. */
    Tokens forward(Tokens x, Tensor temb, @Nullable RotaryEmbedding rope) {
        long n = x.text().size(1);
        Tokens afterAttention = TensorScope.compute(
                () -> { // 1.
                    Modulated m = norm1.forward(x, temb);
                    Tensor out = attn1.forward(m.text(), m.video(), rope); // [B, N + L, D]
                    return m.gated(x, out, n);
                });
        Tokens afterFeedForward = TensorScope.compute(
                () -> { // 2.
                    Modulated m = norm2.forward(afterAttention, temb);
                    Tensor out = ff.forward(Tensors.cat(1, m.text(), m.video())); // [B, N + L, D]
                    return m.gated(afterAttention, out, n);
                });
        afterAttention.tensors().forEach(Tensor::release);
        return afterFeedForward;
    }

    /** The same for clips of several shapes in one sequence: x [1, T, D], temb [clips, E]. */
    Tensor packed(Tensor x, Tensor temb, CogVideoXPack pack) {
        Tensor afterAttention = TensorScope.compute(
                () -> { // 1.
                    LayerNormZero.Packed m = norm1.packed(x, temb, pack);
                    return x.addcmul(m.gate(), attn1.packed(m.tokens(), pack));
                });
        return TensorScope.compute(
                () -> { // 2.
                    LayerNormZero.Packed m = norm2.packed(afterAttention, temb, pack);
                    return afterAttention.addcmul(m.gate(), ff.forward(m.tokens()));
                });
    }

    /** Normalised and modulated tokens with the gates [B, 1, D] for what is made of them. */
    record Modulated(Tensor text, Tensor video, Tensor textGate, Tensor videoGate) {
        Tokens gated(Tokens x, Tensor out, long n) {
            return new Tokens(
                    x.text().addcmul(textGate, out.narrow(1, 0, n)),
                    x.video().addcmul(videoGate, out.narrow(1, n, out.size(1) - n)));
        }
    }

    /** {@code CogVideoXLayerNormZero}: one layer norm, two modulations. */
    static final class LayerNormZero {
        private final Linear linear;
        private final LayerNorm norm;

        LayerNormZero(CogVideoXConfig c, Names at) {
            linear = at.linear("linear", c.timeEmbedDim(), 6L * c.innerDim());
            norm = at.layerNorm("norm", c.innerDim(), c.normEps(), c.normElementwiseAffine());
        }

        Modulated forward(Tokens x, Tensor temb) {
            // video: shift, scale, gate; then the same for text
            Tensor[] m = linear.forward(F.silu(temb)).unsqueeze(1).chunk(6, 2); // six of [B, 1, D]
            return new Modulated(
                    modulate(norm.forward(x.text()), m[3], m[4]),
                    modulate(norm.forward(x.video()), m[0], m[1]),
                    m[5],
                    m[2]);
        }

        /** Tokens of a pack, modulated, and their gates, both [1, T, D]. */
        record Packed(Tensor tokens, Tensor gate) {}

        Packed packed(Tensor x, Tensor temb, CogVideoXPack pack) {
            Tensor[] m = linear.forward(F.silu(temb)).chunk(6, 1); // six of [clips, D]
            Tensor shift = pack.perToken(m[0], m[3]);
            Tensor scale = pack.perToken(m[1], m[4]);
            return new Packed(modulate(norm.forward(x), shift, scale), pack.perToken(m[2], m[5]));
        }
    }

    /** x · (1 + scale) + shift. */
    static Tensor modulate(Tensor x, Tensor shift, Tensor scale) {
        Tensor modulated = shift.addcmul(x, scale.add(1));
        x.release();
        return modulated;
    }

    /** Two layers, four times as wide between. */
    static final class FeedForward {
        private final boolean exact;
        private final Linear in;
        private final Linear out;

        FeedForward(CogVideoXConfig c, Names at) {
            exact = c.activationFn().equals("gelu");
            in = at.linear("net.0.proj", c.innerDim(), 4L * c.innerDim());
            out = at.linear("net.2", 4L * c.innerDim(), c.innerDim());
        }

        Tensor forward(Tensor x) { // [B, N + L, D]
            Tensor wide = in.forward(x); // [B, N + L, 4 D]
            Tensor active = exact ? F.gelu(wide) : F.geluTanh(wide);
            wide.release();
            return out.forward(active);
        }
    }
}
