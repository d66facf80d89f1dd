package dev.kinora.models.clip;

import dev.kinora.models.internal.ComponentFiles;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.Config;
import dev.kinora.weights.KeyTable;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole CLIP (Radford et al., arXiv 2103.00020): how well pictures and texts go together.
 *
 * <p>Checked against {@code CLIPModel} of transformers 5.23, models/clip/modeling_clip.py.
 */
public final class ClipModel implements AutoCloseable {
    private final ClipConfig config;
    private final Config stored;
    private final ParameterSet parameters;
    private final Parameter logitScale; // scalar
    private final ClipTextTower text;
    private final ClipVisionTower vision;

    /** A model without weights. */
    public ClipModel(ClipConfig config) {
        this(config, config.toConfig());
    }

    private ClipModel(ClipConfig config, Config stored) {
        Names root = Names.root();
        this.config = config;
        this.stored = stored;
        parameters = root.parameters();
        logitScale = root.parameter("logit_scale", (rng, shape) -> Tensors.full(2.6592, DType.FP32, shape));
        text = new ClipTextTower(config.text(), config.projectionDim(), root);
        vision = new ClipVisionTower(config.vision(), config.projectionDim(), root);
    }

    /**
     * Loads a folder with {@code config.json} and weights.
     *
     * @param dtype the type to compute in, or null for that of the file; weights stored in it are used in place
     * @throws dev.kinora.weights.CheckpointException for missing, unexpected or mismatched weights
     * @throws dev.kinora.weights.ConfigException for a config that is not one of this model
     */
    public static ClipModel load(Path folder, @Nullable DType dtype) throws IOException {
        return load(folder, "", ComponentFiles.loader(dtype));
    }

    /** Loads a folder by another loader: {@link StrictLoader#copying()} where weights shall be trained. */
    public static ClipModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        return ComponentFiles.load(
                folder,
                variant,
                loader.with(KeyTable.CLIP),
                json -> new ClipModel(ClipConfig.of(json), json),
                ClipModel::parameters);
    }

    /** Writes config and weights as transformers reads them; in the weights' own types where {@code storedAs} is null. */
    public void save(Path folder, @Nullable DType storedAs) throws IOException {
        ComponentFiles.save(folder, ComponentFiles.TRANSFORMERS, stored, parameters, storedAs);
    }

    /** What the model was built from. */
    public ClipConfig config() {
        return config;
    }

    /** The weights by their checkpoint keys. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Where pictures lie in the shared space: [B, 3, H, W] to [B, P], not of unit length. */
    public Tensor imageEmbeds(Tensor pixels) {
        return vision.embeds(pixels);
    }

    /**
     * Where texts lie in the shared space, [B, P], not of unit length.
     *
     * @param ids int64 [B, N]
     * @param attentionMask [B, N]; null for everywhere, which gives the same for texts that are padded at their end
     */
    public Tensor textEmbeds(Tensor ids, @Nullable Tensor attentionMask) {
        return TensorScope.compute(
                () -> Objects.requireNonNull(text.forward(ids, attentionMask).embeds()));
    }

    /** Cosines of each picture with each text, times the learned scale: [B, P] and [T, P] to [B, T]. */
    public Tensor logitsPerImage(Tensor imageEmbeds, Tensor textEmbeds) {
        return TensorScope.compute(() -> unit(imageEmbeds)
                .matmul(unit(textEmbeds).transpose(0, 1))
                .mul(logitScale.value().exp()));
    }

    /** Vectors brought to length 1 along the last axis. */
    public static Tensor unit(Tensor x) {
        return x.div(x.square().sum(true, -1).sqrt());
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }
}
