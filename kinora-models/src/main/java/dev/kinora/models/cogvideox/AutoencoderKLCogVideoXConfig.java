package dev.kinora.models.cogvideox;

import dev.kinora.weights.Config;
import dev.kinora.weights.ConfigException;
import dev.kinora.weights.ConfigReader;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config.json} of diffusers' {@code AutoencoderKLCogVideoX}, with its keys and defaults.
 *
 * @param inChannels channels of the video
 * @param outChannels channels of the decoded video
 * @param blockOutChannels width of each level, finest first; each but the last halves the resolution
 * @param latentChannels channels of the latents
 * @param layersPerBlock residual blocks per level of the encoder; the decoder has one more
 * @param actFn {@code silu}
 * @param normEps epsilon of the encoder's group norms inside residual blocks
 * @param normNumGroups groups of every group norm
 * @param temporalCompressionRatio video frames to a latent frame, a power of two
 * @param sampleHeight height the checkpoint was trained at, in pixels; half of it is a tile
 * @param sampleWidth width the checkpoint was trained at, in pixels; half of it is a tile
 * @param scalingFactor multiplies latents on their way to the diffusion model
 * @param shiftFactor stored; no released checkpoint has one
 * @param latentsMean stored; no released checkpoint has one
 * @param latentsStd stored; no released checkpoint has one
 * @param forceUpcast stored
 * @param invertScaleLatents whether an image condition's latents are divided by the factor (1.5 image-to-video)
 */
public record AutoencoderKLCogVideoXConfig(
        int inChannels,
        int outChannels,
        List<Integer> blockOutChannels,
        int latentChannels,
        int layersPerBlock,
        String actFn,
        double normEps,
        int normNumGroups,
        int temporalCompressionRatio,
        int sampleHeight,
        int sampleWidth,
        double scalingFactor,
        @Nullable Double shiftFactor,
        @Nullable List<Double> latentsMean,
        @Nullable List<Double> latentsStd,
        boolean forceUpcast,
        boolean invertScaleLatents) {
    /** The diffusers class that reads this config. */
    public static final String CLASS_NAME = "AutoencoderKLCogVideoX";

    /** Checks how the fields bear on each other. */
    public AutoencoderKLCogVideoXConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        check("in_channels", inChannels, inChannels > 0, "positive");
        check("out_channels", outChannels, outChannels > 0, "positive");
        check("latent_channels", latentChannels, latentChannels > 0, "positive");
        check("layers_per_block", layersPerBlock, layersPerBlock > 0, "positive");
        check("norm_num_groups", normNumGroups, normNumGroups > 0, "positive");
        check("norm_eps", normEps, normEps > 0, "positive");
        check("sample_height", sampleHeight, sampleHeight > 1, "2 or more");
        check("sample_width", sampleWidth, sampleWidth > 1, "2 or more");
        check("scaling_factor", scalingFactor, scalingFactor > 0, "positive");
        check("block_out_channels", blockOutChannels, !blockOutChannels.isEmpty(), "at least one level");
        for (int channels : blockOutChannels) {
            check(
                    "block_out_channels",
                    blockOutChannels,
                    channels > 0 && channels % normNumGroups == 0,
                    "positive multiples of norm_num_groups = " + normNumGroups);
        }
        check(
                "temporal_compression_ratio",
                temporalCompressionRatio,
                Integer.bitCount(temporalCompressionRatio) == 1
                        && Integer.numberOfTrailingZeros(temporalCompressionRatio) < blockOutChannels.size(),
                "a power of two, at most " + (1 << (blockOutChannels.size() - 1)));
    }

    /**
     * Reads the fields; unknown keys are refused.
     *
     * @throws ConfigException if a value is of the wrong kind or does not fit the others
     */
    public static AutoencoderKLCogVideoXConfig of(Config config) {
        ConfigReader r = config.reader(CLASS_NAME);
        List<Integer> channels = r.integers("block_out_channels", List.of(128, 256, 256, 512));
        r.only("down_block_types", Collections.nCopies(channels.size(), "CogVideoXDownBlock3D"));
        r.only("up_block_types", Collections.nCopies(channels.size(), "CogVideoXUpBlock3D"));
        r.only("use_quant_conv", false);
        r.only("use_post_quant_conv", false);
        return r.done(new AutoencoderKLCogVideoXConfig(
                r.integer("in_channels", 3),
                r.integer("out_channels", 3),
                channels,
                r.integer("latent_channels", 16),
                r.integer("layers_per_block", 3),
                r.choice("act_fn", "silu"),
                r.number("norm_eps", 1e-6),
                r.integer("norm_num_groups", 32),
                r.integer("temporal_compression_ratio", 4),
                r.integer("sample_height", 480),
                r.integer("sample_width", 720),
                r.number("scaling_factor", 1.15258426),
                r.optionalNumber("shift_factor"),
                r.optionalNumbers("latents_mean"),
                r.optionalNumbers("latents_std"),
                r.bool("force_upcast", true),
                r.bool("invert_scale_latents", false)));
    }

    /** The fields as a config that diffusers loads. */
    public Config toConfig() {
        return Config.of(CLASS_NAME)
                .with("in_channels", inChannels)
                .with("out_channels", outChannels)
                .with("down_block_types", Collections.nCopies(blockOutChannels.size(), "CogVideoXDownBlock3D"))
                .with("up_block_types", Collections.nCopies(blockOutChannels.size(), "CogVideoXUpBlock3D"))
                .with("block_out_channels", blockOutChannels)
                .with("latent_channels", latentChannels)
                .with("layers_per_block", layersPerBlock)
                .with("act_fn", actFn)
                .with("norm_eps", normEps)
                .with("norm_num_groups", normNumGroups)
                .with("temporal_compression_ratio", temporalCompressionRatio)
                .with("sample_height", sampleHeight)
                .with("sample_width", sampleWidth)
                .with("scaling_factor", scalingFactor)
                .with("shift_factor", shiftFactor)
                .with("latents_mean", latentsMean)
                .with("latents_std", latentsStd)
                .with("force_upcast", forceUpcast)
                .with("use_quant_conv", false)
                .with("use_post_quant_conv", false)
                .with("invert_scale_latents", invertScaleLatents);
    }

    /** Pixels to a latent, in height and in width. */
    public int spatialCompressionRatio() {
        return 1 << (blockOutChannels.size() - 1);
    }

    /** Whether level {@code i}, counted from the side that is entered first, changes the number of frames. */
    boolean resamplesTime(int i) {
        return i < Integer.numberOfTrailingZeros(temporalCompressionRatio);
    }

    private static void check(String key, Object value, boolean holds, String expected) {
        if (!holds) {
            throw ConfigException.of(CLASS_NAME, key, value, expected);
        }
    }
}
