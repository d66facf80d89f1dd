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
 * CLIP's image encoder, a vision transformer: {@code CLIPVisionModel} and {@code CLIPVisionModelWithProjection}, from a
 * folder of its own or from that of a whole CLIP, whose other half is then not read.
 *
 * <p>Checked against transformers 5.23 models/clip/modeling_clip.py; keys are those of released checkpoints.
 */
public final class ClipVisionModel implements AutoCloseable {
    private static final KeyTable KEYS =
            KeyTable.CLIP.rename("^(embeddings|pre_layrnorm|encoder|post_layernorm)\\.", "vision_model.$1.");
    private static final KeyTable HALF =
            KEYS.ignore("text_model\\..*").ignore("text_projection\\.weight").ignore("logit_scale");

    private final ClipVisionConfig config;
    private final Config stored;
    private final ParameterSet parameters;
    private final ClipVisionTower tower;

    /** An encoder without weights. */
    public ClipVisionModel(ClipVisionConfig config, boolean projected) {
        this(config, config.toConfig(projected), projected);
    }

    private ClipVisionModel(ClipVisionConfig config, Config stored, boolean projected) {
        Names root = Names.root();
        this.config = config;
        this.stored = stored;
        parameters = root.parameters();
        tower = new ClipVisionTower(config, projected ? config.encoder().projectionDim() : 0, root);
    }

    /**
     * Loads a folder with {@code config.json} and weights; it has the projection if the weights have.
     *
     * @param dtype the type to compute in, or null for that of the file; weights stored in it are used in place
     * @throws dev.kinora.weights.CheckpointException for missing, unexpected or mismatched weights
     * @throws dev.kinora.weights.ConfigException for a config that is not one of this model
     */
    public static ClipVisionModel load(Path folder, @Nullable DType dtype) throws IOException {
        return load(folder, "", ComponentFiles.loader(dtype));
    }

    /** Loads a folder by another loader: {@link StrictLoader#copying()} where weights shall be trained. */
    public static ClipVisionModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        boolean projected = Checkpoint.open(folder, variant, Arena.ofAuto()).has("visual_projection.weight");
        boolean half = ClipConfig.isWhole(ComponentFiles.config(folder));
        return ComponentFiles.load(
                folder,
                variant,
                loader.with(half ? HALF : KEYS),
                json -> {
                    ClipVisionConfig c = half ? ClipConfig.of(json).vision() : ClipVisionConfig.of(json);
                    return new ClipVisionModel(c, half ? c.toConfig(projected) : json, projected);
                },
                ClipVisionModel::parameters);
    }

    /** Writes config and weights as transformers reads them; in the weights' own types where {@code storedAs} is null. */
    public void save(Path folder, @Nullable DType storedAs) throws IOException {
        ComponentFiles.save(folder, ComponentFiles.TRANSFORMERS, stored, parameters, storedAs);
    }

    /** What the encoder was built from. */
    public ClipVisionConfig config() {
        return config;
    }

    /** The weights by their checkpoint keys. */
    public ParameterSet parameters() {
        return parameters;
    }

    /**
     * Looks at pictures.
     *
     * @param pixels [B, 3, H, W] of the config's size, as {@link ClipImageProcessor} makes them
     */
    public ClipOutput forward(Tensor pixels) {
        return tower.forward(pixels);
    }

    /**
     * Where pictures lie in the space shared with texts, [B, P], not of unit length; holds one block's output at a time.
     *
     * @throws IllegalStateException for an encoder without the projection
     */
    public Tensor embeds(Tensor pixels) {
        return tower.embeds(pixels);
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }
}
