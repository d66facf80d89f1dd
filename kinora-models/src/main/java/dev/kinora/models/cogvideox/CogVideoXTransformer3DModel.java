package dev.kinora.models.cogvideox;

import dev.kinora.models.cogvideox.CogVideoXBlock.Tokens;
import dev.kinora.models.internal.ComponentFiles;
import dev.kinora.nn.LayerNorm;
import dev.kinora.nn.Linear;
import dev.kinora.nn.Names;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.Config;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The expert transformer of CogVideoX (arXiv 2408.06072): predicts the velocity of noisy video latents from text states
 * and the timestep. One class for the five released kinds (2B, 5B, 5B image-to-video, 1.5, 1.5 image-to-video); the
 * config tells them apart.
 *
 * <p>Checked against diffusers 0.42.1, models/transformers/cogvideox_transformer_3d.py.
 *
 * <p>B batch, F latent frames, C channels, H W latent size, p p_t patch size, N text tokens, L = F/p_t · H/p · W/p video
 * tokens, D width, E width of the time embedding.
 */
public final class CogVideoXTransformer3DModel implements AutoCloseable {
    private final CogVideoXConfig config;
    private final Config stored;
    private final ParameterSet parameters;
    private final CogVideoXPatchEmbed patchEmbed;
    private final TimestepEmbedding timeEmbedding;
    private final @Nullable TimestepEmbedding ofsEmbedding;
    private final List<CogVideoXBlock> transformerBlocks = new ArrayList<>();
    private final LayerNorm normFinal;
    private final Linear normOutLinear;
    private final LayerNorm normOut;
    private final Linear projOut;

    /** The network without weights: its parameters wait to be loaded or initialised. */
    public CogVideoXTransformer3DModel(CogVideoXConfig c, Names at) {
        this(c, c.toConfig(), at);
    }

    private CogVideoXTransformer3DModel(CogVideoXConfig c, Config json, Names at) {
        int d = c.innerDim();
        Integer ofs = c.ofsEmbedDim();
        config = c;
        stored = json;
        parameters = at.parameters();
        patchEmbed = new CogVideoXPatchEmbed(c, at.at("patch_embed"));
        timeEmbedding =
                new TimestepEmbedding(at.at("time_embedding"), d, c.timeEmbedDim(), c.flipSinToCos(), c.freqShift());
        ofsEmbedding = ofs == null
                ? null
                : new TimestepEmbedding(at.at("ofs_embedding"), ofs, ofs, c.flipSinToCos(), c.freqShift());
        for (int i = 0; i < c.numLayers(); i++) {
            transformerBlocks.add(new CogVideoXBlock(c, at.at("transformer_blocks", i)));
        }
        normFinal = at.layerNorm("norm_final", d, c.normEps(), c.normElementwiseAffine());
        normOutLinear = at.linear("norm_out.linear", c.timeEmbedDim(), 2L * d);
        normOut = at.layerNorm("norm_out.norm", d, c.normEps(), c.normElementwiseAffine());
        projOut = at.linear("proj_out", d, (long) c.patchSize() * c.patchSize() * c.framesPerPatch() * c.outChannels());
    }

    /**
     * Loads a component's folder.
     *
     * @param dtype the type to compute in, or null for that of the file; weights stored in it are used in place
     * @throws dev.kinora.weights.CheckpointException for missing, unexpected or mismatched weights
     * @throws dev.kinora.weights.ConfigException for a config that is not one of this model
     */
    public static CogVideoXTransformer3DModel load(Path folder, @Nullable DType dtype) throws IOException {
        return load(folder, "", ComponentFiles.loader(dtype));
    }

    /** Loads a component's folder by another loader: {@link StrictLoader#copying()} where weights shall be trained. */
    public static CogVideoXTransformer3DModel load(Path folder, String variant, StrictLoader loader)
            throws IOException {
        return ComponentFiles.load(
                folder,
                variant,
                loader,
                json -> new CogVideoXTransformer3DModel(CogVideoXConfig.of(json), json, Names.root()),
                CogVideoXTransformer3DModel::parameters);
    }

    /** Writes config and weights as diffusers reads them; in the weights' own types where {@code storedAs} is null. */
    public void save(Path folder, @Nullable DType storedAs) throws IOException {
        ComponentFiles.save(folder, stored, parameters, storedAs);
    }

    /** Draws fresh fp32 weights for training from scratch. */
    public void initialize(Rng rng, CogVideoXInit how) {
        how.initialize(parameters, rng);
    }

    /** The checkpoint's configuration. */
    public CogVideoXConfig config() {
        return config;
    }

    /** The weights by their checkpoint keys. */
    public ParameterSet parameters() {
        return parameters;
    }

    /**
     * The rotary tables for latents of this size, where the weights are, or null for a model that has none (2B). The
     * same for every step of a run: make them once.
     */
    public @Nullable RotaryEmbedding rotaryEmbedding(long latentFrames, long latentHeight, long latentWidth) {
        return config.useRotaryPositionalEmbeddings()
                ? TensorScope.compute(() -> CogVideoXPositions.rotary(config, latentFrames, latentHeight, latentWidth)
                        .to(parameters.device()))
                : null;
    }

    /**
     * The prediction for every latent.
     *
     * @param hiddenStates [B, F, C, H, W], of the weights' type; F a multiple of p_t, H and W of p
     * @param encoderHiddenStates text states [B, N, text_embed_dim], of the weights' type
     * @param timestep [B], of any number type
     * @param ofs [1] or [B] where the config has {@code ofs_embed_dim} (2.0 in the released model), else null
     * @param rope from {@link #rotaryEmbedding}; null where that gives null
     * @return [B, F, out_channels, H, W]
     * @throws IllegalArgumentException for another shape
     */
    public Tensor forward(
            Tensor hiddenStates,
            Tensor encoderHiddenStates,
            Tensor timestep,
            @Nullable Tensor ofs,
            @Nullable RotaryEmbedding rope) {
        checkInputs(hiddenStates, encoderHiddenStates, timestep, ofs, rope);
        return TensorScope.compute(() -> {
            Tensor temb = embedTime(timestep, ofs, hiddenStates.dtype()); // 1. [B, E]
            Tokens x = embedTokens(encoderHiddenStates, hiddenStates); // 2. [B, N, D], [B, L, D]
            for (CogVideoXBlock block : transformerBlocks) { // 3.
                Tokens before = x;
                x = block.forward(before, temb, rope);
                before.tensors().forEach(Tensor::release);
            }
            return head(x.video(), temb, hiddenStates.shape()); // 4. [B, F, C_out, H, W]
        });
    }

    /** The time embedding [B, E]. */
    Tensor embedTime(Tensor timestep, @Nullable Tensor ofs, DType dtype) {
        Tensor temb = timeEmbedding.forward(timestep, dtype);
        return ofsEmbedding == null || ofs == null ? temb : temb.add(ofsEmbedding.forward(ofs, dtype));
    }

    /** Text states [B, N, text_embed_dim] and latents [B, F, C, H, W] as tokens. */
    Tokens embedTokens(Tensor text, Tensor latents) {
        Tensor joint = patchEmbed.forward(text, latents); // [B, N + L, D]
        long n = text.size(1);
        Tokens tokens = new Tokens(joint.narrow(1, 0, n), joint.narrow(1, n, joint.size(1) - n));
        joint.release();
        return tokens;
    }

    List<CogVideoXBlock> blocks() {
        return transformerBlocks;
    }

    /** Video tokens [B, L, D] after the last block to the prediction, [B, F, C_out, H, W] for latents of this shape. */
    Tensor head(Tensor video, Tensor temb, long[] latents) {
        Tensor[] m = normOutLinear.forward(F.silu(temb)).unsqueeze(1).chunk(2, 2); // shift, scale [B, 1, D]
        Tensor y = normOut.forward(normFinal.forward(video));
        y = projOut.forward(CogVideoXBlock.modulate(y, m[0], m[1])); // [B, L, C_out p_t p p]
        return unpatchify(y, latents);
    }

    private Tensor unpatchify(Tensor x, long[] latents) {
        int p = config.patchSize();
        long b = latents[0];
        long f = latents[1];
        long h = latents[3] / p;
        long w = latents[4] / p;
        if (config.patchSizeT() == null) {
            return x.reshape(b, f, h, w, -1, p, p)
                    .permute(0, 1, 4, 2, 5, 3, 6) // [B, F, C, H/p, p, W/p, p]
                    .reshape(b, f, config.outChannels(), latents[3], latents[4]);
        }
        int pt = config.framesPerPatch();
        return x.reshape(b, f / pt, h, w, -1, pt, p, p)
                .permute(0, 1, 5, 4, 2, 6, 3, 7) // [B, F/p_t, p_t, C, H/p, p, W/p, p]
                .reshape(b, f, config.outChannels(), latents[3], latents[4]);
    }

    private void checkInputs(
            Tensor x, Tensor text, Tensor timestep, @Nullable Tensor ofs, @Nullable RotaryEmbedding rope) {
        int p = config.patchSize();
        int pt = config.framesPerPatch();
        require(
                x.dim() == 5 && x.size(2) == config.inChannels(),
                "hidden_states",
                x,
                "[B, F, " + config.inChannels() + ", H, W]");
        require(
                x.size(1) % pt == 0 && x.size(3) % p == 0 && x.size(4) % p == 0,
                "hidden_states",
                x,
                "F a multiple of " + pt + ", H and W multiples of " + p);
        require(
                text.dim() == 3 && text.size(0) == x.size(0) && text.size(2) == config.textEmbedDim(),
                "encoder_hidden_states",
                text,
                "[" + x.size(0) + ", N, " + config.textEmbedDim() + "]");
        require(
                timestep.dim() == 1 && (timestep.size(0) == x.size(0) || timestep.size(0) == 1),
                "timestep",
                timestep,
                "[" + x.size(0) + "]");
        require(
                (ofs == null) == (ofsEmbedding == null),
                "ofs",
                ofs,
                ofsEmbedding == null ? "none for this model" : "[1]");
        long tokens = x.size(1) / pt * (x.size(3) / p) * (x.size(4) / p);
        require(
                (rope == null) != config.useRotaryPositionalEmbeddings(),
                "image_rotary_emb",
                rope == null ? null : rope.cos(),
                config.useRotaryPositionalEmbeddings() ? "[" + tokens + ", head_dim]" : "none for this model");
        require(
                rope == null || rope.cos().size(0) == tokens,
                "image_rotary_emb",
                rope == null ? null : rope.cos(),
                "[" + tokens + ", head_dim]");
        if (config.useLearnedPositionalEmbeddings()) {
            require(
                    x.size(3) == config.sampleHeight() && x.size(4) == config.sampleWidth(),
                    "hidden_states",
                    x,
                    "H = " + config.sampleHeight() + ", W = " + config.sampleWidth()
                            + ": this model's learned positions are for one size");
            require(
                    text.size(1) == config.maxTextSeqLength(),
                    "encoder_hidden_states",
                    text,
                    "N = " + config.maxTextSeqLength() + ": this model's learned positions are for one text length");
        }
    }

    private static void require(boolean holds, String name, @Nullable Tensor value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("CogVideoXTransformer3DModel: " + name + " = "
                    + (value == null ? "none" : Arrays.toString(value.shape())) + " (expected: " + expected + ")");
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        parameters.close();
    }
}
