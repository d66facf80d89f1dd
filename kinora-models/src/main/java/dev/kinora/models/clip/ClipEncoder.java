package dev.kinora.models.clip;

import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The blocks that both encoders are made of. B batch, N places (tokens or patches), D width. */
final class ClipEncoder {
    private final List<Layer> layers = new ArrayList<>();

    ClipEncoder(ClipEncoderConfig c, Names at) {
        for (int i = 0; i < c.numHiddenLayers(); i++) {
            layers.add(new Layer(c, at.at("layers", i)));
        }
    }

    /**
     * [B, N, D] to [B, N, D].
     *
     * @param mask boolean, true where attended to, broadcast to [B, heads, N, N]; null for everywhere
     * @param seen takes the input and each block's output; null where nobody looks at them, and each is freed
     */
    Tensor forward(Tensor x, @Nullable Tensor mask, @Nullable List<Tensor> seen) {
        Tensor y = x;
        for (Layer layer : layers) {
            if (seen != null) {
                seen.add(y);
            }
            Tensor before = y;
            y = TensorScope.compute(() -> layer.forward(before, mask));
            if (seen == null && before != x) {
                before.release();
            }
        }
        if (seen != null) {
            seen.add(y);
        }
        return y;
    }

    /** Norm, attention, norm, MLP, each beside a way round it. */
    private static final class Layer {
        private final Attention selfAttn;
        private final LayerNorm layerNorm1;
        private final Linear fc1;
        private final Linear fc2;
        private final LayerNorm layerNorm2;
        private final ClipActivation act;

        Layer(ClipEncoderConfig c, Names at) {
            selfAttn = new Attention(c.hiddenSize(), c.numAttentionHeads(), at.at("self_attn"));
            layerNorm1 = at.layerNorm("layer_norm1", c.hiddenSize(), c.layerNormEps());
            fc1 = at.linear("mlp.fc1", c.hiddenSize(), c.intermediateSize());
            fc2 = at.linear("mlp.fc2", c.intermediateSize(), c.hiddenSize());
            layerNorm2 = at.layerNorm("layer_norm2", c.hiddenSize(), c.layerNormEps());
            act = c.hiddenAct();
        }

        Tensor forward(Tensor x, @Nullable Tensor mask) { // [B, N, D]
            Tensor y = x.add(selfAttn.forward(layerNorm1.forward(x), mask));
            return y.add(fc2.forward(act.apply(fc1.forward(layerNorm2.forward(y)))));
        }
    }

    private static final class Attention {
        private final Linear k;
        private final Linear v;
        private final Linear q;
        private final Linear out;
        private final int heads;

        Attention(int width, int heads, Names at) {
            k = at.linear("k_proj", width, width);
            v = at.linear("v_proj", width, width);
            q = at.linear("q_proj", width, width);
            out = at.linear("out_proj", width, width);
            this.heads = heads;
        }

        Tensor forward(Tensor x, @Nullable Tensor mask) { // [B, N, D]
            Tensor y = F.scaledDotProductAttention(
                    heads(q.forward(x)),
                    heads(k.forward(x)),
                    heads(v.forward(x)),
                    mask,
                    null); // [B, heads, N, D / heads]
            return out.forward(y.transpose(1, 2).flatten(2, 3)); // [B, N, D]
        }

        private Tensor heads(Tensor x) {
            return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
        }
    }
}
