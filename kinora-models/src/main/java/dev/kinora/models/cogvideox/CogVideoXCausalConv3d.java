package dev.kinora.models.cogvideox;

import dev.kinora.nn.Conv3d;
import dev.kinora.nn.Names;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.Collections;

/**
 * A 3D convolution that sees no future: k - 1 frames are put before the clip, those of the batch before it or its first
 * frame over and over. Height and width are padded with zeros.
 *
 * <p>Checked against diffusers 0.42.1, {@code CogVideoXCausalConv3d} of
 * models/autoencoders/autoencoder_kl_cogvideox.py.
 */
final class CogVideoXCausalConv3d {
    private final Conv3d conv;
    private final int kernel;

    CogVideoXCausalConv3d(Names at, long in, long out, int kernel) {
        this.conv = at.conv3d("conv", in, out, new long[] {kernel, kernel, kernel}, new long[] {1, 1, 1});
        this.kernel = kernel;
    }

    /** [B, in, T, H, W] to [B, out, T, H, W]. */
    Tensor forward(Tensor x, ConvCache cache) {
        return TensorScope.compute(() -> convolve(pad(x, cache)));
    }

    /** The same; x ends as soon as it has been read. */
    Tensor consume(Tensor x, ConvCache cache) {
        return TensorScope.compute(() -> {
            Tensor padded = pad(x, cache);
            x.release();
            return convolve(padded);
        });
    }

    private Tensor convolve(Tensor padded) {
        return conv.forward(padded, 0, kernel / 2, kernel / 2);
    }

    private Tensor pad(Tensor x, ConvCache cache) {
        Tensor before = cache.before(this);
        Tensor padded = before != null
                ? Tensors.cat(2, before, x)
                : Tensors.cat(2, Tensors.cat(2, Collections.nCopies(kernel - 1, x.narrow(2, 0, 1))), x);
        cache.keep(this, padded, kernel - 1);
        return padded; // [B, in, k - 1 + T, H, W]
    }
}
