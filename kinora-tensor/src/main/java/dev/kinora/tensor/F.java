package dev.kinora.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Functions of torch.nn.functional, under torch's names. */
public final class F {
    private F() {}

    /**
     * {@code x @ weight^T + bias} in x's dtype: x [..., in], weight [out, in], bias [out]. Weight and bias may be stored
     * in another dtype than x's. The kernel is chosen for this machine, see {@link Kernels}.
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return LinearKernels.apply(x, weight, bias);
    }

    /** 2D convolution: x [B, C, H, W], weight [O, C, kh, kw]; zero padding. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding) {
        return Native.op(
                "conv2d",
                () -> {
                    try (TensorOptional b = Native.optional(bias)) {
                        return torch.conv2d(x.handle(), weight.handle(), b, stride, padding, ones(2), 1);
                    }
                },
                x,
                weight,
                bias);
    }

    /** 3D convolution: x [B, C, T, H, W], weight [O, C, kt, kh, kw]; zero padding. */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding) {
        return conv3d(x, weight, bias, stride, padding, ones(3));
    }

    /** The same with the kernel's taps {@code dilation} apart. */
    public static Tensor conv3d(
            Tensor x, Tensor weight, @Nullable Tensor bias, long[] stride, long[] padding, long[] dilation) {
        if (ConvKernels.byFrames(x, weight, stride, padding, dilation)) {
            return ConvKernels.convolveByFrames(x, weight, bias, padding);
        }
        return Native.op(
                "conv3d",
                () -> {
                    try (TensorOptional b = Native.optional(bias)) {
                        return torch.conv3d(x.handle(), weight.handle(), b, stride, padding, dilation, 1);
                    }
                },
                x,
                weight,
                bias);
    }

    /** {@link #conv3d} without stride and padding by oneDNN, whatever libtorch would choose; on a CPU that has it. */
    static Tensor oneDnnConv3d(Tensor x, Tensor weight, Tensor bias) {
        return Native.op(
                "oneDnnConv3d",
                () -> {
                    try (TensorOptional b = Native.optional(bias)) {
                        return torch.mkldnn_convolution(
                                x.handle(), weight.handle(), b, new long[3], ones(3), ones(3), 1);
                    }
                },
                x,
                weight,
                bias);
    }

    /**
     * Convolves the frames of a clip, looking back in time only, with zeros around each picture; strip by strip, in
     * memory that does not grow with the picture. Not recorded by autograd. The kernel is chosen for this machine, see
     * {@link Kernels}.
     *
     * @param input makes rows of the frames; for K taps it is asked for frames from 1 - K on
     * @param weight [O, C, K, 3, 3]
     * @param bias [O]
     * @param target [T, H, W, O], contiguous, of the weight's dtype: filled
     * @throws IllegalArgumentException if the shapes do not fit together
     */
    public static void convolveFrames(FrameRows input, Tensor weight, @Nullable Tensor bias, Tensor target) {
        ConvKernels.apply(input, weight, bias, target);
    }

    private static long[] ones(int n) {
        long[] o = new long[n];
        Arrays.fill(o, 1);
        return o;
    }

    /**
     * Softmax(q k^T · scale + mask) v, exact, in memory that does not grow with N · M unless autograd records it. The
     * kernel is chosen for this machine, see {@link Kernels}.
     *
     * @param q [B, heads, N, head_dim]
     * @param k [B, heads, M, head_dim]
     * @param v [B, heads, M, head_dim]
     * @param mask null, boolean (true: attend) or additive, broadcast to [B, heads, N, M]; a query that may attend to
     *     nothing gives zeros
     * @param scale null for 1/√head_dim
     * @return [B, heads, N, head_dim]
     * @throws IllegalArgumentException if the shapes do not fit together
     */
    public static Tensor scaledDotProductAttention(
            Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, @Nullable Double scale) {
        return AttentionKernels.apply(q, k, v, mask, scale);
    }

    /** Layer normalisation over the last {@code shape.length} dimensions. */
    public static Tensor layerNorm(Tensor x, long[] shape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return Native.op(
                "layer_norm",
                () -> {
                    try (TensorOptional w = Native.optional(weight);
                            TensorOptional b = Native.optional(bias)) {
                        return torch.layer_norm(x.handle(), shape, w, b, eps, false);
                    }
                },
                x,
                weight,
                bias);
    }

    /** Group normalisation of [B, C, …] with statistics over each group's channels and all later dimensions. */
    public static Tensor groupNorm(Tensor x, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return Native.op(
                "group_norm",
                () -> {
                    try (TensorOptional w = Native.optional(weight);
                            TensorOptional b = Native.optional(bias)) {
                        return torch.group_norm(x.handle(), groups, w, b, eps, false);
                    }
                },
                x,
                weight,
                bias);
    }

    /** {@code out = base + a · b}, broadcast to out's shape; out may be a view. */
    public static void addcmul(Tensor out, Tensor base, Tensor a, Tensor b) {
        Native.call(
                "addcmul",
                () -> {
                    try (Scalar one = new Scalar(1.0)) {
                        torch.addcmul_out(out.handle(), base.handle(), a.handle(), b.handle(), one);
                    }
                },
                base,
                a,
                b);
    }

    /**
     * Turns every pair of neighbouring channels by an angle: (a, b) to (a cos - b sin, a sin + b cos), as one product of
     * complex numbers.
     *
     * @param x fp32 [..., L, D], dense in its last dimension
     * @param cos fp32 [L, D], each value twice in a row
     * @param sin fp32 [L, D], each value twice in a row
     * @return fp32 [..., L, D]
     */
    public static Tensor rotatePairs(Tensor x, Tensor cos, Tensor sin) {
        return TensorScope.compute(() -> {
            Tensor turns = Tensors.stack(
                    -1, cos.slice(-1, 0, cos.size(-1), 2), sin.slice(-1, 0, sin.size(-1), 2)); // [L, D/2, 2]
            long[] pairs = Arrays.copyOf(x.shape(), x.dim() + 1);
            pairs[x.dim()] = 2;
            pairs[x.dim() - 1] = x.size(-1) / 2;
            Tensor p = x.reshape(pairs); // [..., L, D/2, 2]
            return Native.op(
                            "rotate_pairs",
                            () -> {
                                try (org.bytedeco.pytorch.Tensor a = torch.view_as_complex(p.handle());
                                        org.bytedeco.pytorch.Tensor b = torch.view_as_complex(turns.handle());
                                        org.bytedeco.pytorch.Tensor turned = a.mul(b)) {
                                    return torch.view_as_real(turned);
                                }
                            },
                            p,
                            turns)
                    .reshape(x.shape());
        });
    }

    /** x · sigmoid(x). */
    public static Tensor silu(Tensor x) {
        return Native.op("silu", () -> torch.silu(x.handle()), x);
    }

    /** x · sigmoid(x), in place. */
    public static Tensor silu_(Tensor x) {
        Native.call("silu_", () -> torch.silu_(x.handle()), x);
        return x;
    }

    /** x · Φ(x) with the exact error function. */
    public static Tensor gelu(Tensor x) {
        return Native.op("gelu", () -> torch.gelu(x.handle()), x);
    }

    /** GELU by its tanh approximation ({@code gelu_new}, {@code gelu-approximate}). */
    public static Tensor geluTanh(Tensor x) {
        return Native.op("gelu", () -> torch.gelu(x.handle(), "tanh"), x);
    }

    /** max(x, slope · x). */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return x.maximum(x.mul(slope));
    }

    /** Constant padding; {@code pad} lists (before, after) from the last dimension backwards, as torch does. */
    public static Tensor pad(Tensor x, long... pad) {
        return Native.op("constant_pad_nd", () -> torch.constant_pad_nd(x.handle(), pad), x);
    }

    /** Mean over windows of {@code kernel} every {@code stride}: x [B, C, L]. */
    public static Tensor avgPool1d(Tensor x, long kernel, long stride) {
        return Native.op(
                "avg_pool1d",
                () -> torch.avg_pool1d(
                        x.handle(), new long[] {kernel}, new long[] {stride}, new long[] {0}, false, true),
                x);
    }

    /** Largest value of windows of {@code kernel} squared every {@code stride}, without padding: x [B, C, H, W]. */
    public static Tensor maxPool2d(Tensor x, long kernel, long stride) {
        return Native.op(
                "max_pool2d",
                () -> torch.max_pool2d(
                        x.handle(),
                        new long[] {kernel, kernel},
                        new long[] {stride, stride},
                        new long[] {0, 0},
                        ones(2),
                        false),
                x);
    }

    /** Nearest-neighbour resize of [B, C, H, W] to (h, w), with torch's {@code nearest} index rule. */
    public static Tensor interpolateNearest2d(Tensor x, long h, long w) {
        return Native.op("upsample_nearest2d", () -> torch.upsample_nearest2d(x.handle(), h, w), x);
    }

    /** Nearest-neighbour resize of [B, C, T, H, W] to (t, h, w), with torch's {@code nearest} index rule. */
    public static Tensor interpolateNearest3d(Tensor x, long t, long h, long w) {
        return Native.op("upsample_nearest3d", () -> torch.upsample_nearest3d(x.handle(), t, h, w), x);
    }

    /** Rows of {@code weight} [V, D] chosen by int64 ids of any shape: [..., D]. */
    public static Tensor embedding(Tensor weight, Tensor ids) {
        return Native.op("embedding", () -> torch.embedding(weight.handle(), ids.handle()), weight, ids);
    }

    /** Mean squared error, a scalar. */
    public static Tensor mseLoss(Tensor x, Tensor target) {
        return Native.op("mse_loss", () -> torch.mse_loss(x.handle(), target.handle()), x, target);
    }

    /** Mean absolute error, a scalar. */
    public static Tensor l1Loss(Tensor x, Tensor target) {
        return Native.op("l1_loss", () -> torch.l1_loss(x.handle(), target.handle()), x, target);
    }
}
