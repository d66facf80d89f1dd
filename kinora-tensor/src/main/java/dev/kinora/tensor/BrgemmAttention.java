package dev.kinora.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * bf16 attention by small products, with scores and sums in fp32 and neither scores nor weights ever in main memory.
 *
 * <p>Blocks of {@value #ROWS} queries and {@value #KEYS} keys are multiplied into an fp32 block of scores S, which a
 * loop that the JIT vectorises turns into weights in place, and which is then multiplied with V:
 *
 * <ul>
 *   <li>Softmax needs no running maximum: |q| max|k| bounds every score of a query, and weights may be off by any
 *       common factor that fp32 can hold. A query whose bound proves too loose (its weights sum to nearly nothing)
 *       sends the whole call to another kernel; trained models do not get there.
 *   <li>2^t is computed as the bit pattern of a bf16 number, (t + 127 + correction) · 128.
 *   <li>On the matrix unit, where the loop is the longer part, that number is left in the low half of a float by adding
 *       1.5 · 2^23. The float read as two bf16 numbers is then (weight, constant), so V is laid out with a zero under
 *       the constant and no pass is spent on packing weights.
 *   <li>On the vector unit, where the products are the longer part, V has no such holes: the scores of even and of odd
 *       keys are two blocks, and the loop packs a weight of each into one int.
 *   <li>A column of ones beside V makes the product sum the weights.
 * </ul>
 */
final class BrgemmAttention {
    private static final int ROWS = 256;
    private static final int KEYS = 128;
    /** Floats in a cache line. */
    private static final int LINE = 16;

    private static final float LOG2_E = (float) (1 / Math.log(2));
    /** Scores this far above zero, in units of e, still cannot overflow a sum of a million weights. */
    private static final float HEADROOM = 60;
    /** A sum of weights under this says that the bound was loose and that weights may have been flushed to zero. */
    private static final float LEAST_SUM = 1e-29f;

    private static final float MAGIC = 12582912f; // 1.5 · 2^23: adding it rounds to an integer, held in the low bits
    /** (2^f - 1 - f) / (f (1 - f)) for f = g + 1/2 in [0, 1], to 1e-4 of 2^f. */
    private static final float A0 = -0.34315088f;

    private static final float A1 = -0.079143845f;
    private static final float A2 = -0.013555705f;

    private BrgemmAttention() {}

    static boolean takes(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        return mask == null
                && q.dtype() == DType.BF16
                && k.dtype() == DType.BF16
                && v.dtype() == DType.BF16
                && q.size(3) % 2 == 0
                && q.size(3) <= 256
                && v.size(3) <= 256
                && q.numel() > 0
                && k.numel() > 0
                && Brgemm.available()
                && (Brgemm.onMatrixUnit() || k.size(2) % 2 == 0);
    }

    /** [B, H, N, Dv], or null where another kernel has to compute this. */
    static @Nullable Tensor apply(Tensor q, Tensor k, Tensor v, double scale) {
        TensorScope outer = TensorScope.current();
        try (TensorScope scope = TensorScope.open("attention")) {
            Tensor out = new Call(q, k, v, (float) scale).run();
            return out == null || scope == outer ? null : outer.adopt(out);
        }
    }

    private static final class Call {
        final Tensor q; // [B, H, N, D], last dimension dense
        final boolean packed; // weights in pairs of keys, else one and a constant
        final Tensor keys; // [B, H, D/2, M] int32: pairs along D; if packed [B, H, 2, D/2, M/2], even keys and odd ones
        final Tensor values; // [B, H, M, W] int32: v and 1, zero above; if packed [B, H, M/2, W], pairs of keys
        final float[] bound; // [B, H]: scale · max |k|, never too small
        final Tensor out; // [B, H, N, Dv] over [B, N, H, Dv]
        final float scale;
        final int heads;
        final int n;
        final int m;
        final int d;
        final int dv;
        final int width;
        final AtomicBoolean loose = new AtomicBoolean();

        Call(Tensor q, Tensor k, Tensor v, float scale) {
            this.scale = scale;
            heads = (int) q.size(1);
            n = Math.toIntExact(q.size(2));
            m = Math.toIntExact(k.size(2));
            d = (int) q.size(3);
            dv = (int) v.size(3);
            width = (dv + 16) / 16 * 16;
            this.q = q.stride(3) == 1 ? q : q.contiguous();
            Tensor dense = k.stride(3) == 1 && k.stride(0) % 2 == 0 && k.stride(1) % 2 == 0 && k.stride(2) % 2 == 0
                    ? k
                    : k.contiguous();
            packed = !Brgemm.onMatrixUnit();
            long b = q.size(0);
            Tensor pairs = dense.viewAs(DType.INT32); // [B, H, M, D/2]
            keys = packed
                    ? pairs.view(b, heads, m / 2, 2, d / 2)
                            .permute(0, 1, 3, 4, 2)
                            .contiguous()
                    : pairs.transpose(2, 3).contiguous();
            values = packed ? packedValues(v) : spacedValues(v);
            bound = longestKey(k).mul(Math.abs(scale) * 1.001).toFloats();
            out = Tensors.empty(DType.BF16, b, n, heads, dv).transpose(1, 2);
        }

        private Tensor packedValues(Tensor v) {
            Tensor all = Tensors.zeros(DType.BF16, v.size(0), heads, m / 2, width, 2);
            all.narrow(3, 0, dv)
                    .copy_(v.contiguous().view(v.size(0), heads, m / 2, 2, dv).transpose(3, 4));
            all.narrow(3, dv, 1).fill_(1);
            return all.viewAs(DType.INT32).squeeze(-1);
        }

        private Tensor spacedValues(Tensor v) {
            Tensor all = Tensors.zeros(DType.INT32, v.size(0), heads, m, width);
            // sign extension fills the upper half, which has to be zero
            Tensor bits = v.contiguous().viewAs(DType.INT16).to(DType.INT32);
            all.narrow(3, 0, dv).copy_(bits);
            Native.call(
                    "bitwise_and_",
                    () -> {
                        try (Scalar low = new Scalar(0xffffL)) {
                            all.handle().bitwise_and_(low);
                        }
                    },
                    all);
            all.narrow(3, dv, 1).fill_(0x3f80); // 1 in bf16
            return all;
        }

        private static Tensor longestKey(Tensor k) { // [B, H]
            return Native.op(
                            "vector_norm",
                            () -> {
                                try (Scalar two = new Scalar(2.0);
                                        ScalarTypeOptional fp32 = new ScalarTypeOptional(DType.FP32.scalarType())) {
                                    return torch.linalg_vector_norm(k.handle(), two, new long[] {-1}, false, fp32);
                                }
                            },
                            k)
                    .amax(false, -1);
        }

        @Nullable
        Tensor run() {
            int blocks = (n + ROWS - 1) / ROWS;
            int tasks = Math.multiplyExact(bound.length, blocks);
            Workers.run(tasks, () -> new Worker(this));
            return loose.get() ? null : out;
        }
    }

    /** One thread's scratch; a task is a block of queries of one head. */
    private static final class Worker implements IntConsumer {
        private final Call call;
        private final float[] s = new float[ROWS * KEYS + LINE]; // scores; if packed of even keys, then of odd ones
        private final int[] p; // weights of two keys each
        private final MemorySegment scoreMemory = MemorySegment.ofArray(s);
        private final float[] o;
        private final MemorySegment sumMemory;
        private final MemorySegment weightMemory;
        private final float[] shift = new float[ROWS]; // what is taken off a query's scores, in powers of two
        private final short[] row;
        private final MemorySegment q;
        private final MemorySegment keys;
        private final MemorySegment values;
        private final MemorySegment out;

        Worker(Call call) {
            this.call = call;
            o = new float[ROWS * call.width + LINE];
            sumMemory = MemorySegment.ofArray(o);
            p = new int[call.packed ? ROWS * KEYS / 2 + LINE : 0];
            weightMemory = MemorySegment.ofArray(p);
            row = new short[Math.max(call.d, call.dv)];
            q = memory(call.q);
            keys = memory(call.keys);
            values = memory(call.values);
            out = memory(call.out);
        }

        @Override
        public void accept(int task) {
            if (call.loose.get()) {
                return;
            }
            int blocks = (call.n + ROWS - 1) / ROWS;
            int bh = task / blocks;
            int b = bh / call.heads;
            int h = bh % call.heads;
            int start = task % blocks * ROWS;
            int rows = Math.min(ROWS, call.n - start);
            long qAt = 2 * (b * call.q.stride(0) + h * call.q.stride(1) + start * call.q.stride(2));
            long ldq = call.q.stride(2);
            boolean shifted = shifts(qAt, ldq, rows, call.bound[bh]);
            MemorySegment qb = q.asSlice(qAt);
            int oAt = Brgemm.skipToCacheLine(sumMemory) / 4;
            MemorySegment sums = sumMemory.asSlice(4L * oAt);
            if (call.packed) {
                packed(bh, rows, qb, shifted, sums);
            } else {
                spaced(bh, rows, qb, shifted, sums);
            }
            Brgemm.release();
            write(b, h, start, rows, oAt);
        }

        /** Sums of V by weights, each weight followed by a constant that meets zeros. */
        private void spaced(int bh, int rows, MemorySegment qb, boolean shifted, MemorySegment sums) {
            int sAt = Brgemm.skipToCacheLine(scoreMemory) / 4;
            MemorySegment scores = scoreMemory.asSlice(4L * sAt);
            long ldq = call.q.stride(2);
            int d = call.d;
            int m = call.m;
            for (int j = 0; j < m; j += KEYS) {
                int nb = Math.min(KEYS, m - j);
                MemorySegment kb = keys.asSlice(4L * ((long) bh * (d / 2) * m + j));
                MemorySegment vb = values.asSlice(4L * ((long) bh * m + j) * call.width);
                Brgemm.product(rows, nb, d, ldq, m, nb, false, qb, kb, scores);
                if (shifted) {
                    for (int i = 0; i < rows; i++) {
                        weightsFrom(s, sAt + i * nb, sAt + (i + 1) * nb, call.scale * LOG2_E, 126.5f - shift[i]);
                    }
                } else {
                    weights(s, sAt, sAt + rows * nb, call.scale * LOG2_E);
                }
                Brgemm.product(rows, call.width, 2L * nb, 2L * nb, call.width, call.width, j > 0, scores, vb, sums);
            }
        }

        /** Sums of V by weights, those of an even and the next odd key side by side. */
        private void packed(int bh, int rows, MemorySegment qb, boolean shifted, MemorySegment sums) {
            int sAt = Brgemm.skipToCacheLine(scoreMemory) / 4;
            int pAt = Brgemm.skipToCacheLine(weightMemory) / 4;
            MemorySegment weights = weightMemory.asSlice(4L * pAt);
            long ldq = call.q.stride(2);
            int d = call.d;
            int half = call.m / 2;
            float scale = call.scale * LOG2_E;
            for (int j = 0; j < half; j += KEYS / 2) {
                int nb = Math.min(KEYS / 2, half - j);
                int odd = sAt + rows * nb;
                MemorySegment evenKeys = keys.asSlice(4L * ((long) bh * d * half + j));
                MemorySegment oddKeys = keys.asSlice(4L * ((long) bh * d * half + (long) d / 2 * half + j));
                MemorySegment vb = values.asSlice(4L * ((long) bh * half + j) * call.width);
                Brgemm.product(rows, nb, d, ldq, half, nb, false, qb, evenKeys, scoreMemory.asSlice(4L * sAt));
                Brgemm.product(rows, nb, d, ldq, half, nb, false, qb, oddKeys, scoreMemory.asSlice(4L * odd));
                if (shifted) {
                    for (int i = 0; i < rows; i++) {
                        int at = i * nb;
                        pairsFrom(s, sAt + at, odd + at, p, pAt + at, nb, scale, 126.5f - shift[i]);
                    }
                } else {
                    pairs(s, sAt, odd, p, pAt, rows * nb, scale);
                }
                Brgemm.product(rows, call.width, 2L * nb, 2L * nb, call.width, call.width, j > 0, weights, vb, sums);
            }
        }

        /** Sets what to take off each query's scores; false if that is nothing for all of them. */
        private boolean shifts(long at, long stride, int rows, float keyBound) {
            boolean any = false;
            for (int i = 0; i < rows; i++) {
                MemorySegment.copy(q, ValueLayout.JAVA_SHORT, at + 2L * i * stride, row, 0, call.d);
                float squares = 0;
                for (int c = 0; c < call.d; c++) {
                    float x = Float.intBitsToFloat(row[c] << 16);
                    squares = Math.fma(x, x, squares);
                }
                float bound = (float) Math.sqrt(squares) * keyBound;
                shift[i] = bound > HEADROOM ? (bound - HEADROOM) * LOG2_E : 0;
                any |= !(bound <= HEADROOM);
            }
            return any;
        }

        private void write(int b, int h, int start, int rows, int oAt) {
            for (int i = 0; i < rows; i++) {
                int at = oAt + i * call.width;
                float sum = o[at + call.dv];
                if (!(sum >= LEAST_SUM && sum <= Float.MAX_VALUE)) {
                    call.loose.set(true);
                    return;
                }
                float factor = 1 / sum;
                for (int c = 0; c < call.dv; c++) {
                    int bits = Float.floatToRawIntBits(o[at + c] * factor);
                    row[c] = (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
                }
                long to = 2 * (b * call.out.stride(0) + h * call.out.stride(1) + (start + i) * call.out.stride(2));
                MemorySegment.copy(row, 0, out, ValueLayout.JAVA_SHORT, to, call.dv);
            }
        }
    }

    /** Scores to weights in place, all of them within 2^±87: one loop without branches, for the vector unit. */
    private static void weights(float[] s, int from, int to, float scale) {
        for (int j = from; j < to; j++) {
            float t = Math.fma(s[j], scale, 126.5f);
            float g = t - ((t + MAGIC) - MAGIC);
            float h = Math.fma(Math.fma(g, A2, A1), g, A0);
            s[j] = Math.fma(Math.fma(h, Math.fma(-g, g, 0.25f), t), 128f, MAGIC + 64f);
        }
    }

    /** The same for one query, whose weights may be too small for a float and then are zero. */
    private static void weightsFrom(float[] s, int from, int to, float scale, float offset) {
        for (int j = from; j < to; j++) {
            float t = Math.max(Math.fma(s[j], scale, offset), -0.5f);
            float g = t - ((t + MAGIC) - MAGIC);
            float h = Math.fma(Math.fma(g, A2, A1), g, A0);
            s[j] = Math.fma(Math.fma(h, Math.fma(-g, g, 0.25f), t), 128f, MAGIC + 64f);
        }
    }

    /** Scores of even and of odd keys to pairs of weights, all of them within 2^±87: likewise for the vector unit. */
    private static void pairs(float[] s, int even, int odd, int[] p, int to, int n, float scale) {
        for (int j = 0; j < n; j++) {
            float t = Math.fma(s[even + j], scale, 126.5f);
            float g = t - ((t + MAGIC) - MAGIC);
            float h = Math.fma(Math.fma(g, A2, A1), g, A0);
            float low = Math.fma(Math.fma(h, Math.fma(-g, g, 0.25f), t), 128f, 64.5f);
            t = Math.fma(s[odd + j], scale, 126.5f);
            g = t - ((t + MAGIC) - MAGIC);
            h = Math.fma(Math.fma(g, A2, A1), g, A0);
            float high = Math.fma(Math.fma(h, Math.fma(-g, g, 0.25f), t), 128f, 64.5f);
            p[to + j] = (int) low | (int) high << 16;
        }
    }

    /** The same for one query, whose weights may be too small for a float and then are zero. */
    private static void pairsFrom(float[] s, int even, int odd, int[] p, int to, int n, float scale, float offset) {
        for (int j = 0; j < n; j++) {
            float t = Math.max(Math.fma(s[even + j], scale, offset), -0.5f);
            float g = t - ((t + MAGIC) - MAGIC);
            float h = Math.fma(Math.fma(g, A2, A1), g, A0);
            float low = Math.fma(Math.fma(h, Math.fma(-g, g, 0.25f), t), 128f, 64.5f);
            t = Math.max(Math.fma(s[odd + j], scale, offset), -0.5f);
            g = t - ((t + MAGIC) - MAGIC);
            h = Math.fma(Math.fma(g, A2, A1), g, A0);
            float high = Math.fma(Math.fma(h, Math.fma(-g, g, 0.25f), t), 128f, 64.5f);
            p[to + j] = (int) low | (int) high << 16;
        }
    }

    /** All memory from a tensor's first element on: strides may reach beyond its element count. */
    private static MemorySegment memory(Tensor t) {
        long last = 0;
        for (int i = 0; i < t.dim(); i++) {
            last += (t.size(i) - 1) * t.stride(i);
        }
        return t.memory((last + 1) * t.dtype().bytes());
    }
}
