package dev.kinora.models.clip;

import dev.kinora.models.internal.ComponentFiles;
import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.KeyTable;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's text encoder, {@code CLIPTextModel} and {@code CLIPTextModelWithProjection}: what Stable Diffusion reads
 * prompts with. Every token sees itself and those before it.
 *
 * <p>Checked against transformers 5.23 models/clip/modeling_clip.py; keys are those of released checkpoints.
 */
public final class ClipTextModel implements AutoCloseable {
    private static final KeyTable KEYS =
            KeyTable.CLIP.rename("^(embeddings|encoder|final_layer_norm)\\.", "text_model.$1.");

    private final ClipTextConfig config;
    private final Config stored;
    private final ParameterSet parameters;
    private final ClipTextTower tower;

    /** An encoder without weights. */
    public ClipTextModel(ClipTextConfig config, boolean projected) {
        this(config, config.toConfig(projected), projected);
    }

    private ClipTextModel(ClipTextConfig config, Config stored, boolean projected) {
        Names root = Names.root();
        this.config = config;
        this.stored = stored;
        parameters = root.parameters();
        tower = new ClipTextTower(config, projected ? config.encoder().projectionDim() : 0, root);
    }

    /**
     * Loads a folder with {@code config.json} and weights; it has the projection if the weights have.
     *
     * @param dtype the type to compute in, or null for that of the file; weights stored in it are used in place
     * @throws dev.kinora.weights.CheckpointException for missing, unexpected or mismatched weights
     * @throws dev.kinora.weights.ConfigException for a config that is not one of this model
     */
    public static ClipTextModel load(Path folder, @Nullable DType dtype) throws IOException {
        return load(folder, "", ComponentFiles.loader(dtype));
    }

    /** Loads a folder by another loader: {@link StrictLoader#copying()} where weights shall be trained. */
    public static ClipTextModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        boolean projected = Checkpoint.open(folder, variant, Arena.ofAuto()).has("text_projection.weight");
        return ComponentFiles.load(
                folder,
                variant,
                loader.with(KEYS),
                json -> new ClipTextModel(ClipTextConfig.of(json), json, projected),
                ClipTextModel::parameters);
    }

    /** Writes config and weights as transformers reads them; in the weights' own types where {@code storedAs} is null. */
    public void save(Path folder, @Nullable DType storedAs) throws IOException {
        ComponentFiles.save(folder, ComponentFiles.TRANSFORMERS, stored, parameters, storedAs);
    }

    /** What the encoder was built from. */
    public ClipTextConfig config() {
        return config;
    }

    /** The weights by their checkpoint keys. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Encodes ids, padding attended to as any other token after a text's end: what Stable Diffusion does. */
    public ClipOutput forward(Tensor ids) {
        return forward(ids, null);
    }

    /**
     * Encodes ids.
     *
     * @param ids int64 [B, N], N up to 77 in released models
     * @param attentionMask [B, N], 1 or true where attended to; null for everywhere
     */
    public ClipOutput forward(Tensor ids, @Nullable Tensor attentionMask) {
        return tower.forward(ids, attentionMask);
    }

    /** The final norm over a {@linkplain ClipOutput#hiddenStates hidden state}, as a prompt with skipped blocks needs. */
    public Tensor finalLayerNorm(Tensor hidden) {
        return tower.normalised(hidden);
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }
}
