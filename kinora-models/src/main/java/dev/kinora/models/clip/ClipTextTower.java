package dev.kinora.models.clip;

import dev.kinora.nn.Embedding;
import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The text half: {@code text_model} and {@code text_projection}. B batch, N tokens, D width. */
final class ClipTextTower {
    private final ClipTextConfig config;
    private final Embedding tokenEmbedding;
    private final Embedding positionEmbedding;
    private final ClipEncoder encoder;
    private final LayerNorm finalLayerNorm;
    private final @Nullable Linear projection;

    /** @param projectionDim of the shared space; 0 for an encoder without the projection */
    ClipTextTower(ClipTextConfig c, int projectionDim, Names root) {
        Names at = root.at("text_model");
        config = c;
        int width = c.encoder().hiddenSize();
        tokenEmbedding = at.embedding("embeddings.token_embedding", c.vocabSize(), width);
        positionEmbedding = at.embedding("embeddings.position_embedding", c.maxPositionEmbeddings(), width);
        encoder = new ClipEncoder(c.encoder(), at.at("encoder"));
        finalLayerNorm = at.layerNorm("final_layer_norm", width, c.encoder().layerNormEps());
        projection = projectionDim == 0 ? null : root.linear("text_projection", width, projectionDim, false);
    }

    ClipOutput forward(Tensor ids, @Nullable Tensor attentionMask) { // int64 [B, N]
        require(ids, attentionMask);
        return TensorScope.compute(() -> {
            List<Tensor> seen = new ArrayList<>();
            Device device = tokenEmbedding.weight().value().device();
            Tensor here = ids.to(device);
            Tensor positions = Tensors.arange(0, ids.size(1), DType.INT64).to(device);
            Tensor x = tokenEmbedding.forward(here).add(positionEmbedding.forward(positions)); // [B, N, D]
            Tensor mask = positions.unsqueeze(0).le(positions.unsqueeze(1)); // [N, N]: key no later than query
            mask = mask.unsqueeze(0).unsqueeze(0); // [1, 1, N, N]
            if (attentionMask != null) {
                mask = mask.mul(attentionMask.to(device).ne(0).unsqueeze(1).unsqueeze(2)); // [B, 1, N, N]
            }
            Tensor last = finalLayerNorm.forward(encoder.forward(x, mask, seen));
            Tensor pooled = pooled(last, here);
            return new ClipOutput(last, pooled, seen, projection == null ? null : projection.forward(pooled));
        });
    }

    /** The hidden state where the text ends, [B, D]. */
    private Tensor pooled(Tensor last, Tensor ids) {
        Tensor end = config.eosTokenId() == ClipTextConfig.LEGACY_EOS
                ? ids.argmax(1)
                : ids.eq(config.eosTokenId()).to(DType.INT64).argmax(1); // the first of equals
        return last.gather(1, end.view(-1, 1, 1).expand(ids.size(0), 1, last.size(2)))
                .squeeze(1);
    }

    /** The norm that {@code lastHiddenState} has behind it, for a hidden state that has not. */
    Tensor normalised(Tensor hidden) {
        return finalLayerNorm.forward(hidden);
    }

    private void require(Tensor ids, @Nullable Tensor mask) {
        if (ids.dim() != 2 || ids.size(1) > config.maxPositionEmbeddings() || ids.size(1) == 0) {
            throw new IllegalArgumentException("ClipTextModel: ids.shape = " + Arrays.toString(ids.shape())
                    + " (expected: [B, N], N from 1 to " + config.maxPositionEmbeddings() + ")");
        }
        if (mask != null && !Arrays.equals(mask.shape(), ids.shape())) {
            throw new IllegalArgumentException("ClipTextModel: attentionMask.shape = " + Arrays.toString(mask.shape())
                    + " (expected: that of ids, " + Arrays.toString(ids.shape()) + ")");
        }
        // Elsewhere a look at values would wait for all work before it.
        if (ids.device().equals(Device.CPU)
                && (ids.max().item() >= config.vocabSize() || ids.min().item() < 0)) {
            throw new IllegalArgumentException(
                    "ClipTextModel: ids = up to " + (long) ids.max().item() + " (expected: 0 to "
                            + (config.vocabSize() - 1) + ", the rows of its embedding)");
        }
    }
}
