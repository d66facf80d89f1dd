package dev.kinora.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.jspecify.annotations.Nullable;

/**
 * Ways to compute {@code x W^T + b}. Storage dtype is apart from compute dtype: half-width weights may stay as they lie
 * in a mapped file while the product runs in fp32.
 *
 * <ul>
 *   <li>{@code libtorch}: one call, in x's dtype.
 *   <li>{@code widened}: rows of W are widened a few megabytes at a time into an fp32 scratch, multiplied there and
 *       rounded to x's dtype; for CPUs that lack half-width arithmetic.
 *   <li>{@code brgemm}: bf16 on the matrix unit, see {@link BrgemmLinear}.
 *   <li>{@code onednn}: fp32 as a convolution with a kernel of one, which autograd records; for when OpenBLAS' threads
 *       rest, see {@link BlasThreads}.
 * </ul>
 */
final class LinearKernels {
    private static final String LIBTORCH = "libtorch";
    private static final String WIDENED = "widened";
    private static final String BRGEMM = "brgemm";
    private static final String ONE_DNN = "onednn";

    /** Multiply-adds times two under which no choice is worth a thought. */
    private static final double PLAIN_BELOW = 2e8;
    /** The same from which on oneDNN's product is worth its start. */
    private static final double ONE_DNN_FROM = 1e8;
    /** Elements of the fp32 scratch for weights: small enough to stay in cache between widening and use. */
    private static final long SCRATCH = 1 << 21;

    private static final long[] ONES = {1, 1};

    private LinearKernels() {}

    static Tensor apply(Tensor x, Tensor w, @Nullable Tensor b) {
        String forced = Kernels.forced("linear");
        double flops = 2.0 * w.numel() * x.numel() / Math.max(1, x.size(-1));
        boolean oneDnn = forced == null ? flops >= ONE_DNN_FROM && BlasThreads.areResting() : forced.equals(ONE_DNN);
        if (oneDnn && oneDnnTakes(x, w)) {
            return oneDnn(x, w, b);
        }
        if (flops < PLAIN_BELOW && forced == null) {
            return libtorch(x, w, b);
        }
        boolean half = x.dtype() == DType.BF16 || x.dtype() == DType.FP16;
        if (!half || w.dim() != 2 || !x.device().equals(Device.CPU) || recorded(x, w, b)) {
            return libtorch(x, w, b);
        }
        return run(forced != null ? forced : choose(x, w), x, w, b);
    }

    private static boolean recorded(Tensor x, Tensor w, @Nullable Tensor b) {
        return torch.is_autocast_enabled(DeviceType.CPU)
                || (Grad.enabled() && (x.requiresGrad() || w.requiresGrad() || (b != null && b.requiresGrad())));
    }

    private static boolean oneDnnTakes(Tensor x, Tensor w) {
        return x.dtype() == DType.FP32
                && w.dtype() == DType.FP32
                && w.dim() == 2
                && x.size(-1) == w.size(1)
                && x.device().equals(Device.CPU)
                && Torch.hasOneDnn()
                && !torch.is_autocast_enabled(DeviceType.CPU);
    }

    private static Tensor run(String kernel, Tensor x, Tensor w, @Nullable Tensor b) {
        if (x.size(-1) != w.size(1) || (b != null && b.numel() != w.size(0))) {
            return libtorch(x, w, b); // which reports the mismatch
        }
        if (kernel.equals(BRGEMM) && BrgemmLinear.takes(x, w)) {
            return BrgemmLinear.apply(x, w, b);
        }
        return kernel.equals(WIDENED) ? widened(x, w, b) : libtorch(x, w, b);
    }

    private static String choose(Tensor x, Tensor w) {
        long rows = x.numel() / x.size(-1);
        // the trial shape stands for its class
        long trialRows = rows <= 64 ? 64 : rows <= 1024 ? 256 : 1024;
        String key =
                "linear " + x.dtype().torchName() + " rows" + (rows <= 64 ? "<=64" : rows <= 1024 ? "<=1024" : ">1024");
        DType dtype = x.dtype();
        List<String> names = new ArrayList<>(List.of(WIDENED, LIBTORCH));
        if (BrgemmLinear.takes(x, w)) {
            names.addFirst(BRGEMM);
        } else {
            key += " odd";
        }
        return Kernels.fastest(key, names, name -> {
            Tensor tx = Kernels.trialValues(dtype, trialRows, 1024);
            Tensor tw = Kernels.trialValues(dtype, 1024, 1024);
            return () -> run(name, tx, tw, null);
        });
    }

    private static Tensor libtorch(Tensor x, Tensor w, @Nullable Tensor b) {
        DType dtype = x.dtype();
        if (w.dtype() != dtype && !torch.is_autocast_enabled(DeviceType.CPU)) {
            return TensorScope.compute(() -> libtorch(x, w.to(dtype), b == null ? null : b.to(dtype)));
        }
        return Native.op(
                "linear",
                () -> {
                    try (TensorOptional bias = Native.optional(b)) {
                        return torch.linear(x.handle(), w.handle(), bias);
                    }
                },
                x,
                w,
                b);
    }

    private static Tensor oneDnn(Tensor x, Tensor w, @Nullable Tensor b) {
        long in = w.size(1);
        long out = w.size(0);
        return TensorScope.compute(() -> {
            Tensor pixels = x.reshape(1, -1, 1, in).permute(0, 3, 1, 2); // [1, in, R, 1], channels last
            Tensor kernel = w.reshape(out, in, 1, 1);
            Tensor y = Native.op(
                    "linear",
                    () -> {
                        try (TensorOptional bias = Native.optional(b)) {
                            return torch.mkldnn_convolution(
                                    pixels.handle(), kernel.handle(), bias, new long[2], ONES, ONES, 1);
                        }
                    },
                    pixels,
                    kernel,
                    b);
            return y.permute(0, 2, 3, 1).reshape(withLast(x.shape(), out));
        });
    }

    private static Tensor widened(Tensor x, Tensor w, @Nullable Tensor b) {
        long in = w.size(1);
        long out = w.size(0);
        return TensorScope.compute(() -> {
            Tensor x32 = x.reshape(-1, in).to(DType.FP32); // [R, in]
            long rows = x32.size(0);
            Tensor b32 = b == null ? null : b.to(DType.FP32);
            Tensor y = Tensors.empty(x.dtype(), rows, out);
            long step = Math.min(out, Math.max(64, SCRATCH / in));
            Tensor w32 = Tensors.empty(DType.FP32, step, in);
            Tensor y32 = Tensors.empty(DType.FP32, rows, step);
            for (long o = 0; o < out; o += step) {
                long n = Math.min(step, out - o);
                long at = o;
                TensorScope.run("linear rows", () -> {
                    Tensor wn = n == step ? w32 : w32.narrow(0, 0, n);
                    Tensor yn = n == step ? y32 : Tensors.empty(DType.FP32, rows, n);
                    wn.copy_(w.narrow(0, at, n));
                    product(yn, x32, wn.transpose(0, 1), b32 == null ? null : b32.narrow(0, at, n));
                    y.narrow(1, at, n).copy_(yn);
                });
            }
            return y.reshape(withLast(x.shape(), out));
        });
    }

    private static long[] withLast(long[] shape, long size) {
        shape[shape.length - 1] = size;
        return shape;
    }

    /** out = a @ b + bias. */
    private static void product(Tensor out, Tensor a, Tensor b, @Nullable Tensor bias) {
        Native.call(
                "addmm",
                () -> {
                    if (bias == null) {
                        torch.mm_out(out.handle(), a.handle(), b.handle());
                    } else {
                        try (Scalar one = new Scalar(1.0)) {
                            torch.addmm_out(out.handle(), bias.handle(), a.handle(), b.handle(), one, one);
                        }
                    }
                },
                a,
                b,
                bias);
    }
}
