package dev.kinora.models.cogvideox;

import dev.kinora.nn.GroupNorm;
import dev.kinora.nn.Names;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From video to the moments of its latents: levels of residual blocks, each but the last ending at half the size.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXEncoder3D} of models/autoencoders/autoencoder_kl_cogvideox.py.
 *
 * <p>B batch, T H W video size, t h w latent size, Z latent channels.
 */
final class CogVideoXEncoder3D {
    private static final double OUT_EPS = 1e-6; // not the config's norm_eps

    private final CogVideoXCausalConv3d convIn;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;
    private final GroupNorm normOut;
    private final CogVideoXCausalConv3d convOut;

    CogVideoXEncoder3D(AutoencoderKLCogVideoXConfig c, Names at) {
        List<Integer> widths = c.blockOutChannels();
        int top = widths.getLast();
        convIn = new CogVideoXCausalConv3d(at.at("conv_in"), c.inChannels(), widths.getFirst(), 3);
        for (int i = 0; i < widths.size(); i++) {
            downBlocks.add(new DownBlock(c, at.at("down_blocks", i), widths.get(Math.max(i - 1, 0)), i));
        }
        midBlock = new MidBlock(at.at("mid_block"), top, 0, c.normNumGroups(), c.normEps());
        normOut = at.groupNorm("norm_out", c.normNumGroups(), top, OUT_EPS);
        convOut = new CogVideoXCausalConv3d(at.at("conv_out"), top, 2L * c.latentChannels(), 3);
    }

    /** [B, 3, T, H, W] to [B, 2 Z, t, h, w]. */
    Tensor forward(Tensor sample, ConvCache cache) {
        Tensor x = convIn.forward(sample, cache);
        for (DownBlock block : downBlocks) { // 1. down
            x = block.consume(x, cache);
        }
        x = midBlock.consume(x, null, cache); // 2. mid
        if (convOut.byRows(x)) { // 3. out
            Tensor clips = x;
            Tensor y = convOut.forward(clips, i -> NormRows.of(NormRows.clip(clips, i), normOut), cache);
            clips.release();
            return y;
        }
        Tensor normed = normOut.forward(x);
        x.release();
        return convOut.consume(CogVideoXResnetBlock3D.silu(normed), cache);
    }

    /** The same of a part of a clip. */
    Tape.Value forward(Tape.Value sample, TimeParallel part) {
        Tape.Value x = convIn.forward(sample, part);
        for (DownBlock block : downBlocks) { // 1. down
            x = block.forward(x, part);
        }
        x = midBlock.forward(x, null, part); // 2. mid
        return convOut.forward(part.norm(normOut, x, in -> F.silu(in.getFirst())), part); // 3. out
    }

    /** {@code CogVideoXDownBlock3D}. */
    private static final class DownBlock {
        private final List<CogVideoXResnetBlock3D> resnets = new ArrayList<>();
        private final CogVideoXResample.@Nullable Down downsampler;

        DownBlock(AutoencoderKLCogVideoXConfig c, Names at, int in, int level) {
            int out = c.blockOutChannels().get(level);
            for (int i = 0; i < c.layersPerBlock(); i++) {
                resnets.add(new CogVideoXResnetBlock3D(
                        at.at("resnets", i), i == 0 ? in : out, out, 0, c.normNumGroups(), c.normEps()));
            }
            boolean last = level == c.blockOutChannels().size() - 1;
            downsampler =
                    last ? null : new CogVideoXResample.Down(at.at("downsamplers.0"), out, c.resamplesTime(level));
        }

        Tensor consume(Tensor x, ConvCache cache) {
            Tensor y = runAll(resnets, x, null, cache);
            if (downsampler == null) {
                return y;
            }
            Tensor smaller = downsampler.forward(y);
            y.release();
            return smaller;
        }

        Tape.Value forward(Tape.Value x, TimeParallel part) {
            Tape.Value y = runAll(resnets, x, null, part);
            CogVideoXResample.Down down = downsampler;
            // every part but the first has an even number of frames here
            return down == null ? y : part.segment(in -> down.forward(in.getFirst()), y);
        }
    }

    /** {@code CogVideoXMidBlock3D}: two residual blocks. */
    static final class MidBlock {
        private final List<CogVideoXResnetBlock3D> resnets = new ArrayList<>();

        MidBlock(Names at, int channels, int zqChannels, int groups, double eps) {
            for (int i = 0; i < 2; i++) {
                resnets.add(
                        new CogVideoXResnetBlock3D(at.at("resnets", i), channels, channels, zqChannels, groups, eps));
            }
        }

        Tensor consume(Tensor x, @Nullable Tensor zq, ConvCache cache) {
            return runAll(resnets, x, zq, cache);
        }

        Tape.Value forward(Tape.Value x, Tape.@Nullable Value zq, TimeParallel part) {
            return runAll(resnets, x, zq, part);
        }
    }

    /** One block after the other; x and what is between them end as soon as they have been read. */
    static Tensor runAll(List<CogVideoXResnetBlock3D> resnets, Tensor x, @Nullable Tensor zq, ConvCache cache) {
        Tensor y = x;
        for (CogVideoXResnetBlock3D resnet : resnets) {
            Tensor before = y;
            y = resnet.forward(before, zq, cache);
            before.release();
        }
        return y;
    }

    static Tape.Value runAll(
            List<CogVideoXResnetBlock3D> resnets, Tape.Value x, Tape.@Nullable Value zq, TimeParallel part) {
        Tape.Value y = x;
        for (CogVideoXResnetBlock3D resnet : resnets) {
            y = resnet.forward(y, zq, part);
        }
        return y;
    }
}
