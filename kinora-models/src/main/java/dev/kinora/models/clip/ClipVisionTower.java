package dev.kinora.models.clip;

import dev.kinora.nn.Conv2d;
import dev.kinora.nn.Embedding;
import dev.kinora.nn.Init;
import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The picture half: {@code vision_model} and {@code visual_projection}. B batch, N = 1 + patches, D width. */
final class ClipVisionTower {
    private final ClipVisionConfig config;
    private final Parameter classEmbedding; // [D]
    private final Conv2d patchEmbedding;
    private final Embedding positionEmbedding;
    private final LayerNorm preLayerNorm;
    private final ClipEncoder encoder;
    private final LayerNorm postLayerNorm;
    private final @Nullable Linear projection;

    /** @param projectionDim of the shared space; 0 for an encoder without the projection */
    ClipVisionTower(ClipVisionConfig c, int projectionDim, Names root) {
        Names at = root.at("vision_model");
        config = c;
        int width = c.encoder().hiddenSize();
        classEmbedding = at.parameter("embeddings.class_embedding", Init.normal(0.02), width);
        patchEmbedding =
                at.conv2d("embeddings.patch_embedding", c.numChannels(), width, c.patchSize(), c.patchSize(), 0, false);
        positionEmbedding = at.embedding("embeddings.position_embedding", c.patches() + 1L, width);
        preLayerNorm = at.layerNorm("pre_layrnorm", width, c.encoder().layerNormEps()); // sic
        encoder = new ClipEncoder(c.encoder(), at.at("encoder"));
        postLayerNorm = at.layerNorm("post_layernorm", width, c.encoder().layerNormEps());
        projection = projectionDim == 0 ? null : root.linear("visual_projection", width, projectionDim, false);
    }

    ClipOutput forward(Tensor pixels) { // [B, 3, H, W]
        require(pixels);
        return TensorScope.compute(() -> {
            List<Tensor> seen = new ArrayList<>();
            Tensor last = encoder.forward(embed(pixels), null, seen);
            Tensor pooled = pooled(last);
            return new ClipOutput(last, pooled, seen, projection == null ? null : projection.forward(pooled));
        });
    }

    /** [B, P] alone, each block's output freed when the next has read it. */
    Tensor embeds(Tensor pixels) {
        require(pixels);
        if (projection == null) {
            throw new IllegalStateException("ClipVisionModel: visual_projection = none (expected: a model with one)");
        }
        return TensorScope.compute(() -> projection.forward(pooled(encoder.forward(embed(pixels), null, null))));
    }

    private Tensor embed(Tensor pixels) {
        return TensorScope.compute(() -> {
            Parameter weight = patchEmbedding.weight();
            Tensor x = pixels.to(weight.value().device()).to(weight.value().dtype());
            Tensor patches = patchEmbedding.forward(x).flatten(2, 3).transpose(1, 2); // [B, N - 1, D]
            Tensor first = classEmbedding
                    .value()
                    .view(1, 1, -1)
                    .expand(pixels.size(0), 1, config.encoder().hiddenSize());
            Tensor all = Tensors.cat(1, first, patches)
                    .add(positionEmbedding.weight().value()); // [B, N, D]
            return preLayerNorm.forward(all);
        });
    }

    private Tensor pooled(Tensor last) {
        return postLayerNorm.forward(last.select(1, 0)); // [B, D]
    }

    private void require(Tensor pixels) {
        long[] s = pixels.shape();
        if (s.length != 4 || s[1] != config.numChannels() || s[2] != config.imageSize() || s[3] != config.imageSize()) {
            throw new IllegalArgumentException("ClipVisionModel: pixels.shape = %s (expected: [B, %d, %d, %d])"
                    .formatted(Arrays.toString(s), config.numChannels(), config.imageSize(), config.imageSize()));
        }
    }
}
