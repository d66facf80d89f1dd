package dev.kinora.models.cogvideox;

import dev.kinora.models.cogvideox.CogVideoXEncoder3D.MidBlock;
import dev.kinora.nn.Names;
import dev.kinora.tensor.Tape;
import dev.kinora.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From latents to video: the encoder's levels upside down, with one residual block more each, and norms that look at
 * the latents.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXDecoder3D} of models/autoencoders/autoencoder_kl_cogvideox.py.
 *
 * <p>B batch, T H W video size, t h w latent size, Z latent channels.
 */
final class CogVideoXDecoder3D {
    private final CogVideoXCausalConv3d convIn;
    private final MidBlock midBlock;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final CogVideoXSpatialNorm3D normOut;
    private final CogVideoXCausalConv3d convOut;

    CogVideoXDecoder3D(AutoencoderKLCogVideoXConfig c, Names at) {
        List<Integer> widths = c.blockOutChannels().reversed();
        int z = c.latentChannels();
        convIn = new CogVideoXCausalConv3d(at.at("conv_in"), z, widths.getFirst(), 3);
        midBlock = new MidBlock(at.at("mid_block"), widths.getFirst(), z, c.normNumGroups(), c.normEps());
        for (int i = 0; i < widths.size(); i++) {
            upBlocks.add(new UpBlock(c, at.at("up_blocks", i), widths.get(Math.max(i - 1, 0)), widths.get(i), i));
        }
        normOut = new CogVideoXSpatialNorm3D(at.at("norm_out"), widths.getLast(), z, c.normNumGroups());
        convOut = new CogVideoXCausalConv3d(at.at("conv_out"), widths.getLast(), c.outChannels(), 3);
    }

    /** [B, Z, t, h, w] to [B, 3, T, H, W]. */
    Tensor forward(Tensor z, ConvCache cache) {
        Tensor x = convIn.forward(z, cache);
        x = midBlock.consume(x, z, cache); // 1. mid
        for (UpBlock block : upBlocks) { // 2. up
            x = block.consume(x, z, cache);
        }
        if (convOut.byRows(x)) { // 3. out
            Tensor clips = x;
            Tensor y = convOut.forward(clips, i -> normOut.rows(NormRows.clip(clips, i), z, i), cache);
            clips.release();
            return y;
        }
        Tensor normed = normOut.forward(x, z);
        x.release();
        return convOut.consume(CogVideoXResnetBlock3D.silu(normed), cache);
    }

    /** The same of a part of a clip. */
    Tape.Value forward(Tape.Value z, TimeParallel part) {
        Tape.Value x = convIn.forward(z, part);
        x = midBlock.forward(x, z, part); // 1. mid
        for (UpBlock block : upBlocks) { // 2. up
            x = block.forward(x, z, part);
        }
        return convOut.forward(normOut.forward(x, z, part), part); // 3. out
    }

    /** {@code CogVideoXUpBlock3D}. */
    private static final class UpBlock {
        private final List<CogVideoXResnetBlock3D> resnets = new ArrayList<>();
        private final CogVideoXResample.@Nullable Up upsampler;

        UpBlock(AutoencoderKLCogVideoXConfig c, Names at, int in, int out, int level) {
            for (int i = 0; i <= c.layersPerBlock(); i++) {
                resnets.add(new CogVideoXResnetBlock3D(
                        at.at("resnets", i),
                        i == 0 ? in : out,
                        out,
                        c.latentChannels(),
                        c.normNumGroups(),
                        c.normEps()));
            }
            boolean last = level == c.blockOutChannels().size() - 1;
            upsampler = last ? null : new CogVideoXResample.Up(at.at("upsamplers.0"), out, c.resamplesTime(level));
        }

        Tensor consume(Tensor x, Tensor z, ConvCache cache) {
            Tensor y = CogVideoXEncoder3D.runAll(resnets, x, z, cache);
            if (upsampler == null) {
                return y;
            }
            Tensor larger = upsampler.forward(y);
            y.release();
            return larger;
        }

        Tape.Value forward(Tape.Value x, Tape.Value z, TimeParallel part) {
            Tape.Value y = CogVideoXEncoder3D.runAll(resnets, x, z, part);
            CogVideoXResample.Up up = upsampler;
            return up == null ? y : part.segment(in -> up.forward(in.getFirst(), part.firstAlone()), y);
        }
    }
}
