package dev.kinora.models.cogvideox;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} of diffusers' {@code CogVideoXTransformer3DModel}, with its keys and defaults.
 *
 * @param numAttentionHeads heads of the joint attention
 * @param attentionHeadDim width of one head; a multiple of 8 with rotary positions
 * @param inChannels channels of the input latents: noise, and with an image condition the image's too
 * @param outChannels channels of the prediction
 * @param flipSinToCos cosines before sines in the timestep embedding
 * @param freqShift shift of the timestep frequencies' denominator
 * @param timeEmbedDim width of the time embedding
 * @param ofsEmbedDim width of the offset embedding that 1.5 image-to-video has, else null
 * @param textEmbedDim width of the text encoder's states
 * @param numLayers number of blocks
 * @param dropout stored; not applied
 * @param attentionBias whether q, k and v have a bias
 * @param sampleWidth latent width the checkpoint was trained at
 * @param sampleHeight latent height the checkpoint was trained at
 * @param sampleFrames video (not latent) frames the checkpoint was trained at
 * @param patchSize height and width of a patch, in latents
 * @param patchSizeT latent frames in a patch (1.5), or null for 1.0's convolution over single frames
 * @param temporalCompressionRatio video frames to a latent frame
 * @param maxTextSeqLength text tokens
 * @param activationFn {@code gelu-approximate} or {@code gelu}
 * @param timestepActivationFn {@code silu}
 * @param normElementwiseAffine whether layer norms scale and shift
 * @param normEps epsilon of the layer norms except those of q and k
 * @param spatialInterpolationScale divides heights and widths in sincos positions
 * @param temporalInterpolationScale divides frames in sincos positions
 * @param useRotaryPositionalEmbeddings rotary positions (all but 2B) instead of sincos
 * @param useLearnedPositionalEmbeddings a stored position table besides the rotary ones (5B image-to-video)
 * @param patchBias whether 1.0's patch convolution has a bias; 1.5's projection always has
 */
public record CogVideoXConfig(
        int numAttentionHeads,
        int attentionHeadDim,
        int inChannels,
        int outChannels,
        boolean flipSinToCos,
        double freqShift,
        int timeEmbedDim,
        @Nullable Integer ofsEmbedDim,
        int textEmbedDim,
        int numLayers,
        double dropout,
        boolean attentionBias,
        int sampleWidth,
        int sampleHeight,
        int sampleFrames,
        int patchSize,
        @Nullable Integer patchSizeT,
        int temporalCompressionRatio,
        int maxTextSeqLength,
        String activationFn,
        String timestepActivationFn,
        boolean normElementwiseAffine,
        double normEps,
        double spatialInterpolationScale,
        double temporalInterpolationScale,
        boolean useRotaryPositionalEmbeddings,
        boolean useLearnedPositionalEmbeddings,
        boolean patchBias) {
    /** The diffusers class that reads this config. */
    public static final String CLASS_NAME = "CogVideoXTransformer3DModel";

    /** Checks how the fields bear on each other. */
    public CogVideoXConfig {
        positive("num_attention_heads", numAttentionHeads);
        positive("attention_head_dim", attentionHeadDim);
        positive("in_channels", inChannels);
        positive("out_channels", outChannels);
        positive("time_embed_dim", timeEmbedDim);
        positive("text_embed_dim", textEmbedDim);
        positive("num_layers", numLayers);
        positive("sample_width", sampleWidth);
        positive("sample_height", sampleHeight);
        positive("sample_frames", sampleFrames);
        positive("patch_size", patchSize);
        positive("temporal_compression_ratio", temporalCompressionRatio);
        positive("max_text_seq_length", maxTextSeqLength);
        if (patchSizeT != null) {
            positive("patch_size_t", patchSizeT);
        }
        if (ofsEmbedDim != null) {
            positive("ofs_embed_dim", ofsEmbedDim);
            check(
                    "ofs_embed_dim",
                    ofsEmbedDim,
                    ofsEmbedDim == timeEmbedDim,
                    "time_embed_dim = " + timeEmbedDim + ", since both embeddings are added");
        }
        check(
                "use_learned_positional_embeddings",
                useLearnedPositionalEmbeddings,
                useRotaryPositionalEmbeddings || !useLearnedPositionalEmbeddings,
                "false without use_rotary_positional_embeddings");
        check(
                "attention_head_dim",
                attentionHeadDim,
                !useRotaryPositionalEmbeddings || attentionHeadDim % 8 == 0,
                "a multiple of 8, so that rotary positions split it 1/4, 3/8, 3/8 into pairs");
        int dim = numAttentionHeads * attentionHeadDim;
        check(
                "num_attention_heads * attention_head_dim",
                dim,
                (useRotaryPositionalEmbeddings && !useLearnedPositionalEmbeddings) || dim % 16 == 0,
                "a multiple of 16 for sincos positions");
        check("dropout", dropout, dropout >= 0 && dropout < 1, "0 or more, below 1");
        check("norm_eps", normEps, normEps > 0, "positive");
    }

    /**
     * Reads the fields; unknown keys are refused.
     *
     * @throws ConfigException if a value is of the wrong kind or does not fit the others
     */
    public static CogVideoXConfig of(Config config) {
        ConfigReader r = config.reader(CLASS_NAME);
        return r.done(new CogVideoXConfig(
                r.integer("num_attention_heads", 30),
                r.integer("attention_head_dim", 64),
                r.integer("in_channels", 16),
                r.integer("out_channels", 16),
                r.bool("flip_sin_to_cos", true),
                r.number("freq_shift", 0),
                r.integer("time_embed_dim", 512),
                r.optionalInteger("ofs_embed_dim"),
                r.integer("text_embed_dim", 4096),
                r.integer("num_layers", 30),
                r.number("dropout", 0.0),
                r.bool("attention_bias", true),
                r.integer("sample_width", 90),
                r.integer("sample_height", 60),
                r.integer("sample_frames", 49),
                r.integer("patch_size", 2),
                r.optionalInteger("patch_size_t"),
                r.integer("temporal_compression_ratio", 4),
                r.integer("max_text_seq_length", 226),
                r.choice("activation_fn", "gelu-approximate", "gelu"),
                r.choice("timestep_activation_fn", "silu"),
                r.bool("norm_elementwise_affine", true),
                r.number("norm_eps", 1e-5),
                r.number("spatial_interpolation_scale", 1.875),
                r.number("temporal_interpolation_scale", 1.0),
                r.bool("use_rotary_positional_embeddings", false),
                r.bool("use_learned_positional_embeddings", false),
                r.bool("patch_bias", true)));
    }

    /** The fields as a config that diffusers loads. */
    public Config toConfig() {
        return Config.of(CLASS_NAME)
                .with("num_attention_heads", numAttentionHeads)
                .with("attention_head_dim", attentionHeadDim)
                .with("in_channels", inChannels)
                .with("out_channels", outChannels)
                .with("flip_sin_to_cos", flipSinToCos)
                .with("freq_shift", freqShift == Math.rint(freqShift) ? (Object) (int) freqShift : (Object) freqShift)
                .with("time_embed_dim", timeEmbedDim)
                .with("ofs_embed_dim", ofsEmbedDim)
                .with("text_embed_dim", textEmbedDim)
                .with("num_layers", numLayers)
                .with("dropout", dropout)
                .with("attention_bias", attentionBias)
                .with("sample_width", sampleWidth)
                .with("sample_height", sampleHeight)
                .with("sample_frames", sampleFrames)
                .with("patch_size", patchSize)
                .with("patch_size_t", patchSizeT)
                .with("temporal_compression_ratio", temporalCompressionRatio)
                .with("max_text_seq_length", maxTextSeqLength)
                .with("activation_fn", activationFn)
                .with("timestep_activation_fn", timestepActivationFn)
                .with("norm_elementwise_affine", normElementwiseAffine)
                .with("norm_eps", normEps)
                .with("spatial_interpolation_scale", spatialInterpolationScale)
                .with("temporal_interpolation_scale", temporalInterpolationScale)
                .with("use_rotary_positional_embeddings", useRotaryPositionalEmbeddings)
                .with("use_learned_positional_embeddings", useLearnedPositionalEmbeddings)
                .with("patch_bias", patchBias);
    }

    /** Width of the tokens, D. */
    public int innerDim() {
        return numAttentionHeads * attentionHeadDim;
    }

    /** Latent frames in a patch: 1 where {@code patch_size_t} is absent. */
    public int framesPerPatch() {
        return patchSizeT == null ? 1 : patchSizeT;
    }

    /** Latent frames of the clip the checkpoint was trained at. */
    public int sampleLatentFrames() {
        return (sampleFrames - 1) / temporalCompressionRatio + 1;
    }

    private static void positive(String key, int value) {
        check(key, value, value > 0, "positive");
    }

    private static void check(String key, Object value, boolean holds, String expected) {
        if (!holds) {
            throw ConfigException.of(CLASS_NAME, key, value, expected);
        }
    }
}
