package dev.kinora.models.cogvideox;

import dev.kinora.models.cogvideox.CogVideoXBlock.Tokens;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Forward and backward of a transformer that keeps nothing but the tokens between blocks (gradient checkpointing, arXiv
 * 1604.06174): each block runs once without a record, and once more, recorded, when its gradient is due. A third more
 * computation for the memory of one block instead of all.
 *
 * <p>The graph is cut at the blocks: gradients of the pieces are chained by hand, so that parameters and text states get
 * what one backward over the whole would give them.
 */
public final class CogVideoXCheckpointing {
    private CogVideoXCheckpointing() {}

    /**
     * Adds the gradients of a loss to all parameters and to whatever {@code text} was computed from.
     *
     * @param hiddenStates [B, F, C, H, W]; gets no gradient
     * @param text states [B, N, text_embed_dim], with their graph
     * @param timestep [B]
     * @param ofs as in {@link CogVideoXTransformer3DModel#forward}
     * @param rope as in {@link CogVideoXTransformer3DModel#forward}
     * @param lossOf the prediction [B, F, C_out, H, W] to a scalar
     * @return the loss, without a graph
     */
    public static Tensor backward(
            CogVideoXTransformer3DModel model,
            Tensor hiddenStates,
            Tensor text,
            Tensor timestep,
            @Nullable Tensor ofs,
            @Nullable RotaryEmbedding rope,
            UnaryOperator<Tensor> lossOf) {
        return TensorScope.compute(() -> {
            Tensor temb = model.embedTime(timestep, ofs, hiddenStates.dtype());
            Tokens first = model.embedTokens(text, hiddenStates);
            Tensor time = leaf(temb);
            List<Tokens> kept = new ArrayList<>();
            kept.add(leaves(first));
            for (CogVideoXBlock block : model.blocks()) {
                Tokens x = kept.getLast();
                kept.add(leaves(Grad.off(() -> block.forward(x, time, rope))));
            }
            Tokens last = kept.getLast();
            Tensor loss = lossOf.apply(model.head(last.video(), time, hiddenStates.shape()));
            loss.backward();
            for (int i = model.blocks().size() - 1; i >= 0; i--) {
                CogVideoXBlock block = model.blocks().get(i);
                Tokens in = kept.get(i);
                Tokens out = kept.get(i + 1);
                TensorScope.run("recompute", () -> push(block.forward(in, time, rope), out));
                out.tensors().forEach(Tensor::release);
            }
            push(first, kept.getFirst());
            temb.to(DType.FP32)
                    .mul(Objects.requireNonNull(time.grad(), "time").to(DType.FP32))
                    .sum()
                    .backward();
            return loss.detach();
        });
    }

    /** Sends the gradients that arrived at cut tokens on into what the tokens were computed from. */
    private static void push(Tokens from, Tokens cut) {
        Tensor sum = null;
        for (int i = 0; i < 2; i++) {
            Tensor gradient = cut.tensors().get(i).grad();
            if (gradient != null) { // the text after the last block has none
                // a product with the gradient has it as its own: one backward for both kinds of token
                Tensor part = from.tensors()
                        .get(i)
                        .to(DType.FP32)
                        .mul(gradient.to(DType.FP32))
                        .sum();
                sum = sum == null ? part : sum.add(part);
            }
        }
        Objects.requireNonNull(sum, "gradient").backward();
    }

    private static Tokens leaves(Tokens x) {
        return new Tokens(leaf(x.text()), leaf(x.video()));
    }

    private static Tensor leaf(Tensor x) {
        return x.detach().requiresGrad_(true);
    }
}
