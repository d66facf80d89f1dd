package dev.kinora.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Ways to convolve the frames of a clip with a [O, C, K, 3, 3] weight, K taps back in time and zeros around the
 * picture, strip by strip of rows so that memory is bounded.
 *
 * <ul>
 *   <li>{@code direct}: oneDNN's conv3d through libtorch, channels last.
 *   <li>{@code winograd}: {@link Winograd}, fp32 only.
 * </ul>
 */
final class ConvKernels {
    private static final String DIRECT = "direct";
    private static final String WINOGRAD = "winograd";

    /** Bytes of one strip of padded input. */
    private static final long STRIP = 192L << 20;
    /** Multiply-adds times two under which no choice is worth a thought. */
    private static final double PLAIN_BELOW = 2e9;

    private static final long[] ONE = {1, 1, 1};
    private static final long[] NONE = {0, 0, 0};

    /** Up to this many rows of channels and frames, libtorch unfolds a lone clip, which takes three times as long. */
    private static final long UNFOLDED = 20480;

    private ConvKernels() {}

    /** Whether a convolution that autograd may record is better done as one in two dimensions. */
    static boolean byFrames(Tensor x, Tensor weight, long[] stride, long[] padding, long[] dilation) {
        return x.dtype() == DType.FP32
                && weight.dtype() == DType.FP32
                && x.dim() == 5
                && weight.dim() == 5
                && x.size(0) == 1
                && x.size(1) == weight.size(1)
                && x.size(1) * x.size(2) * x.size(3) <= UNFOLDED
                && x.size(2) > weight.size(2)
                && padding[0] == 0
                && Arrays.equals(stride, ONE)
                && Arrays.equals(dilation, ONE)
                && x.device().equals(Device.CPU)
                && Torch.hasOneDnn();
    }

    /** x [1, C, T, H, W], weight [O, C, K, kh, kw]: a batch of T - K + 1 pictures of K C channels each. */
    static Tensor convolveByFrames(Tensor x, Tensor weight, @Nullable Tensor bias, long[] padding) {
        return TensorScope.compute(() -> {
            Tensor frames = x.squeeze(0).transpose(0, 1); // [T, C, H, W]
            long taps = weight.size(2);
            long out = frames.size(0) - taps + 1;
            List<Tensor> seen = LongStream.range(0, taps)
                    .mapToObj(k -> frames.narrow(0, k, out))
                    .toList();
            Tensor pictures = Tensors.cat(1, seen); // [T - K + 1, K C, H, W]
            Tensor kernel = weight.transpose(1, 2).reshape(weight.size(0), -1, weight.size(3), weight.size(4));
            Tensor y = F.conv2d(pictures, kernel, bias, new long[] {1, 1}, new long[] {padding[1], padding[2]});
            return y.transpose(0, 1).unsqueeze(0);
        });
    }

    static void apply(FrameRows input, Tensor weight, @Nullable Tensor bias, Tensor target) {
        check(weight, target);
        TensorScope.run("convolution", () -> {
            Tensor b = bias == null ? Tensors.zeros(weight.dtype(), weight.size(0)) : bias;
            boolean winograd = choose(weight, target).equals(WINOGRAD);
            strips(input, weight, target, winograd ? new Winograd(weight, b)::apply : direct(weight, b));
        });
    }

    private static void check(Tensor weight, Tensor target) {
        boolean fits = weight.dim() == 5
                && weight.size(3) == 3
                && weight.size(4) == 3
                && target.dim() == 4
                && target.size(3) == weight.size(0)
                && target.dtype() == weight.dtype()
                && target.isContiguous();
        if (!fits) {
            throw new IllegalArgumentException("convolveFrames: weight = " + weight.describe() + ", target = "
                    + target.describe() + " (expected: [O, C, K, 3, 3] and contiguous [T, H, W, O], of one dtype)");
        }
    }

    /** Fills [T, rows, W, O] from padded rows [T + K - 1, rows + 2, W + 2, C]; both may be larger, to whole tiles. */
    @FunctionalInterface
    private interface Strip {
        void apply(Tensor padded, Tensor target);
    }

    private static void strips(FrameRows input, Tensor weight, Tensor target, Strip strip) {
        long c = weight.size(1);
        long before = weight.size(2) - 1;
        long frames = target.size(0);
        long h = target.size(1);
        long w = target.size(2);
        long wide = (w + 3) / 4 * 4 + 2;
        long perRow = (frames + before) * wide * c * weight.dtype().bytes();
        long rows = Math.min((h + 3) / 4 * 4, Math.max(STRIP / perRow / 4 * 4, 4));
        Tensor padded = Tensors.zeros(weight.dtype(), frames + before, rows + 2, wide, c);
        for (long y = 0; y < h; y += rows) {
            long top = y;
            TensorScope.run("strip", () -> {
                long n = Math.min(rows, h - top); // rows of output
                long from = Math.max(top - 1, 0);
                long to = Math.min(top + n + 1, h);
                if (to < top + rows + 1) {
                    padded.narrow(1, to - top + 1, top + rows + 1 - to).zero_(); // what the strip before left there
                }
                Tensor inside = padded.narrow(1, from - top + 1, to - from).narrow(2, 1, w);
                for (long t = -before; t < frames; t++) {
                    input.read(t, from, inside.select(0, t + before));
                }
                strip.apply(padded, target.narrow(1, top, n));
            });
        }
    }

    private static Strip direct(Tensor weight, Tensor bias) {
        // dense in the order that the input has: [O, K, 3, 3, C] seen as [O, C, K, 3, 3]
        Tensor w = weight.permute(0, 2, 3, 4, 1).contiguous().permute(0, 4, 1, 2, 3);
        return (padded, target) -> {
            Tensor x = padded.permute(3, 0, 1, 2).unsqueeze(0); // [1, C, T + K - 1, rows + 2, W + 2]
            // of few rows conv3d would take libtorch's own kernel, a tenth as fast
            boolean oneDnn = x.dtype() == DType.FP32 && x.device().equals(Device.CPU) && Torch.hasOneDnn();
            Tensor y = oneDnn ? F.oneDnnConv3d(x, w, bias) : F.conv3d(x, w, bias, ONE, NONE);
            Tensor dense = y.squeeze(0).permute(1, 2, 3, 0); // [T, rows, W, O]
            target.copy_(dense.narrow(1, 0, target.size(1)).narrow(2, 0, target.size(2)));
        };
    }

    private static String choose(Tensor weight, Tensor target) {
        if (weight.dtype() != DType.FP32 || !weight.device().equals(Device.CPU) || !Winograd.available()) {
            return DIRECT;
        }
        String forced = Kernels.forced("conv");
        if (forced != null) {
            return forced;
        }
        long in = weight.size(1);
        long out = weight.size(0);
        double flops = 2.0 * weight.numel() * target.numel() / out;
        if (flops < PLAIN_BELOW || Math.min(in, out) < 32) {
            return DIRECT;
        }
        long width = Math.max(64, Math.min(512, Long.highestOneBit(Math.max(in, out))));
        long taps = weight.size(2);
        String key = "convolution float32 " + taps + "x3x3 channels~" + width;
        return Kernels.fastest(key, List.of(WINOGRAD, DIRECT), name -> {
            Tensor w = Kernels.trialValues(DType.FP32, width, width, taps, 3, 3);
            Tensor b = Tensors.zeros(DType.FP32, width);
            Strip strip = name.equals(WINOGRAD) ? new Winograd(w, b)::apply : direct(w, b);
            Tensor padded = Kernels.trialValues(DType.FP32, taps, 16 + 2, 96 + 2, width);
            Tensor y = Tensors.empty(DType.FP32, 1, 16, 96, width);
            return () -> strip.apply(padded, y);
        });
    }
}
