package dev.kinora.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Ways to compute softmax(q k^T · scale + mask) v, all exact (no key is left out, none is approximated).
 *
 * <ul>
 *   <li>{@code libtorch}: the fused operation.
 *   <li>{@code chunked}: matrix product, softmax, matrix product over some heads and queries at a time, in the inputs'
 *       dtype; products accumulate in fp32 and the softmax runs in fp32.
 *   <li>{@code brgemm}: small products with the scores in cache, see {@link BrgemmAttention} and
 *       {@link BrgemmAttentionFp32}.
 *   <li>{@code chunked-fp32}: the same with q, k and v widened, for CPUs that lack half-width arithmetic.
 * </ul>
 *
 * The chunk bounds the scores in memory, whatever the sequence length.
 */
final class AttentionKernels {
    private static final String LIBTORCH = "libtorch";
    private static final String CHUNKED = "chunked";
    private static final String CHUNKED_FP32 = "chunked-fp32";
    private static final String BRGEMM = "brgemm";

    /**
     * Multiply-adds times two under which no choice is worth a thought. Low: libtorch's fused attention in bf16 took 22 ms
     * for 6 heads of 128 tokens, twenty times what they need.
     */
    private static final double PLAIN_BELOW = 1e6;
    /** Scores held at a time: large enough to keep the threads busy, small enough for the caches. */
    private static final long CHUNK = 7 << 19;
    /** Scores that a differentiable product may keep for the backward pass. */
    private static final long RECORDED_SCORES = 1 << 27;

    private AttentionKernels() {}

    static Tensor apply(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, @Nullable Double scale) {
        check(q, k, v);
        DType cast = Grad.autocastDtype();
        if (cast != null) {
            // as torch's autocast does, but with the choice of kernel kept
            Tensor m = mask == null || mask.dtype() == DType.BOOL ? mask : mask.to(cast);
            return TensorScope.compute(
                    () -> Grad.withoutAutocast(() -> apply(q.to(cast), k.to(cast), v.to(cast), m, scale)));
        }
        String forced = Kernels.forced("attention");
        double scores = (double) q.numel() / q.size(3) * k.size(2);
        double flops = 2 * scores * (q.size(3) + v.size(3));
        if ((forced == null && flops < PLAIN_BELOW) || !q.device().equals(Device.CPU)) {
            return libtorch(q, k, v, mask, scale);
        }
        double s = scale == null ? 1 / Math.sqrt(q.size(3)) : scale;
        if (recorded(q, k, v, mask)) {
            if (scores > RECORDED_SCORES) {
                return libtorch(q, k, v, mask, scale);
            }
            String kernel = forced != null ? forced : chooseRecorded(q, mask != null);
            return kernel.equals(LIBTORCH) ? libtorch(q, k, v, mask, scale) : recordedProduct(q, k, v, mask, s);
        }
        String kernel = forced != null ? forced : choose(q, k, brgemmTakes(q, k, v, mask), mask != null);
        if (kernel.equals(BRGEMM)) {
            Tensor y = brgemmTakes(q, k, v, mask) ? brgemm(q, k, v, s) : null;
            if (y != null) {
                return y;
            }
            kernel = q.dtype() == DType.BF16 ? CHUNKED_FP32 : CHUNKED;
        }
        return switch (kernel) {
            case CHUNKED -> chunked(q, k, v, mask, s, q.dtype());
            case CHUNKED_FP32 -> chunked(q, k, v, mask, s, DType.FP32);
            default -> libtorch(q, k, v, mask, scale);
        };
    }

    private static boolean brgemmTakes(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        return BrgemmAttention.takes(q, k, v, mask) || BrgemmAttentionFp32.takes(q, k, v, mask);
    }

    private static @Nullable Tensor brgemm(Tensor q, Tensor k, Tensor v, double scale) {
        return q.dtype() == DType.BF16
                ? BrgemmAttention.apply(q, k, v, scale)
                : BrgemmAttentionFp32.apply(q, k, v, scale);
    }

    private static void check(Tensor q, Tensor k, Tensor v) {
        boolean fits = q.dim() == 4
                && k.dim() == 4
                && v.dim() == 4
                && q.size(0) == k.size(0)
                && q.size(1) == k.size(1)
                && q.size(3) == k.size(3)
                && k.size(0) == v.size(0)
                && k.size(1) == v.size(1)
                && k.size(2) == v.size(2);
        if (!fits) {
            throw new IllegalArgumentException("scaledDotProductAttention: q = " + q.describe() + ", k = "
                    + k.describe() + ", v = " + v.describe()
                    + " (expected: [B, heads, N, D], [B, heads, M, D], [B, heads, M, Dv])");
        }
    }

    private static boolean recorded(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        return Grad.enabled()
                && (q.requiresGrad() || k.requiresGrad() || v.requiresGrad() || (mask != null && mask.requiresGrad()));
    }

    private static String choose(Tensor q, Tensor k, boolean brgemm, boolean masked) {
        DType dtype = q.dtype();
        long d = q.size(3) <= 64 ? 64 : 128;
        long m = k.size(2) <= 512 ? 256 : 2048;
        List<String> names = new ArrayList<>();
        if (brgemm) {
            names.add(BRGEMM);
        }
        if (dtype != DType.FP32) {
            names.add(CHUNKED_FP32);
        }
        names.add(CHUNKED);
        names.add(LIBTORCH);
        String key = "attention " + dtype.torchName() + " dim<=" + d + (m == 256 ? " keys<=512" : " keys>512")
                + (masked ? " masked" : "")
                + (brgemm ? "" : dtype == DType.BF16 && Brgemm.available() ? " odd" : "");
        return Kernels.fastest(key, names, name -> {
            long heads = m == 256 ? 16 : 2;
            long rows = m == 256 ? 256 : 1024; // from 768 on libtorch takes larger blocks, as it does of a video
            Tensor tq = Kernels.trialValues(dtype, 1, heads, rows, d);
            Tensor tk = Kernels.trialValues(dtype, 1, heads, m, d);
            Tensor mask = masked ? Kernels.trialValues(dtype, 1, heads, rows, m) : null;
            double s = 1 / Math.sqrt(d);
            return switch (name) {
                case CHUNKED -> () -> chunked(tq, tk, tk, mask, s, dtype);
                case BRGEMM -> () -> brgemm(tq, tk, tk, s);
                case CHUNKED_FP32 -> () -> chunked(tq, tk, tk, mask, s, DType.FP32);
                default -> () -> libtorch(tq, tk, tk, mask, s);
            };
        });
    }

    private static String chooseRecorded(Tensor q, boolean masked) {
        DType dtype = q.dtype();
        String key = "attention with gradient " + dtype.torchName() + (masked ? " masked" : "");
        return Kernels.fastest(key, List.of(CHUNKED, LIBTORCH), name -> () -> {
            Tensor t = Kernels.trialValues(dtype, 4, 4, 256, 64);
            Tensor mask = masked ? Kernels.trialValues(dtype, 1, 4, 256, 256) : null;
            Grad.on(() -> {
                Tensor x = t.requiresGrad_(true);
                Tensor y =
                        name.equals(CHUNKED) ? recordedProduct(x, x, x, mask, 0.125) : libtorch(x, x, x, mask, 0.125);
                y.sum().backward();
            });
        });
    }

    private static Tensor libtorch(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, @Nullable Double scale) {
        return Native.op(
                "scaled_dot_product_attention",
                () -> {
                    try (TensorOptional m = Native.optional(mask);
                            DoubleOptional s = scale == null ? new DoubleOptional() : new DoubleOptional(scale)) {
                        return torch.scaled_dot_product_attention(
                                q.handle(), k.handle(), v.handle(), m, 0.0, false, s, false);
                    }
                },
                q,
                k,
                v,
                mask);
    }

    /** The textbook product, which autograd differentiates; keeps all scores for the backward pass. */
    private static Tensor recordedProduct(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, double scale) {
        return TensorScope.compute(() -> {
            Tensor scores = q.mul(scale).matmul(k.transpose(2, 3)); // [B, H, N, M]
            if (mask != null) {
                scores = mask.dtype() == DType.BOOL
                        ? scores.maskedFill(mask.logicalNot(), Double.NEGATIVE_INFINITY)
                        : scores.add(mask);
            }
            Tensor p = scores.softmax(-1);
            Tensor dead = deadRows(mask);
            return (dead == null ? p : p.maskedFill(dead, 0)).matmul(v);
        });
    }

    /** Rows that may attend to nothing, [..., N, 1], whose result is zero by torch's rule; null where there is none. */
    private static @Nullable Tensor deadRows(@Nullable Tensor mask) {
        if (mask == null) {
            return null;
        }
        Tensor dead = mask.dtype() == DType.BOOL
                ? mask.to(DType.UINT8).amax(true, -1).eq(0)
                : mask.detach().amax(true, -1).eq(Double.NEGATIVE_INFINITY);
        return dead.any().item() != 0 ? dead : null;
    }

    private static Tensor chunked(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, double scale, DType compute) {
        long heads = q.size(1);
        long n = q.size(2);
        long m = k.size(2);
        // rows first: a head's keys and values then stay in cache for all of its queries
        long rows = Math.max(1, Math.min(n, CHUNK / Math.max(1, m)));
        long group = rows < n ? 1 : Math.max(1, Math.min(heads, CHUNK / Math.max(1, n * m)));
        return TensorScope.compute(() -> {
            // [B, N, H, Dv] in memory, so that merging the heads afterwards copies nothing
            Tensor out =
                    Tensors.empty(q.dtype(), q.size(0), n, heads, v.size(3)).transpose(1, 2);
            Tensor scores = Tensors.empty(compute, group * rows * m);
            Tensor weights = Tensors.empty(compute, group * rows * m);
            Tensor full = mask == null ? null : mask.expand(q.size(0), heads, n, m);
            Tensor dead = deadRows(mask);
            Tensor fullDead = dead == null ? null : dead.expand(q.size(0), heads, n, 1);
            for (long b = 0; b < q.size(0); b++) {
                for (long h = 0; h < heads; h += group) {
                    long g = Math.min(group, heads - h);
                    for (long i = 0; i < n; i += rows) {
                        Block at = new Block(b, h, g, i, Math.min(rows, n - i));
                        TensorScope.run(
                                "attention block",
                                () -> block(at, q, k, v, full, fullDead, scale, scores, weights, out));
                    }
                }
            }
            return out;
        });
    }

    private record Block(long batch, long head, long heads, long row, long rows) {
        Tensor queries(Tensor t) { // [B, H, N, D] to [g, rows, D]
            return keys(t).narrow(1, row, rows);
        }

        Tensor keys(Tensor t) { // [B, H, M, D] to [g, M, D]
            return t.select(0, batch).narrow(0, head, heads);
        }
    }

    private static void block(
            Block at,
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            @Nullable Tensor dead,
            double scale,
            Tensor scoreMemory,
            Tensor weightMemory,
            Tensor out) {
        DType compute = scoreMemory.dtype();
        long m = k.size(2);
        long count = at.heads() * at.rows() * m;
        Tensor s = scoreMemory.narrow(0, 0, count).view(at.heads(), at.rows(), m);
        Tensor p = weightMemory.narrow(0, 0, count).view(at.heads(), at.rows(), m);
        Tensor kt = at.keys(k).to(compute).transpose(1, 2); // [g, D, M]
        Tensor qb = at.queries(q).to(compute);
        Native.call(
                "baddbmm",
                () -> {
                    // the scale is applied to the fp32 accumulator, before any rounding; the old content counts zero
                    try (Scalar beta = new Scalar(0.0);
                            Scalar alpha = new Scalar(scale)) {
                        torch.baddbmm_out(s.handle(), s.handle(), qb.handle(), kt.handle(), beta, alpha);
                    }
                },
                qb,
                kt);
        if (mask != null) {
            Tensor mb = at.queries(mask);
            if (mb.dtype() == DType.BOOL) {
                s.copy_(s.maskedFill(mb.logicalNot(), Double.NEGATIVE_INFINITY));
            } else {
                s.add_(mb);
            }
        }
        Native.call("softmax", () -> torch.softmax_out(p.handle(), s.handle(), -1), s);
        if (dead != null) {
            p.copy_(p.maskedFill(at.queries(dead), 0));
        }
        at.queries(out).copy_(p.bmm(at.keys(v).to(compute)));
    }
}
