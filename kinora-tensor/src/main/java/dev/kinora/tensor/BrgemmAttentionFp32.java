package dev.kinora.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * fp32 attention by small products, scores never in main memory; as {@link BrgemmAttention} without a running maximum:
 * |q| max|k| bounds every score, and what is above the headroom is taken off before the exponential. A query whose
 * bound proves too loose sends the whole call to another kernel.
 *
 * <p>libtorch's fused kernel calls its matrix library from several threads at once, which in this build costs four times
 * the processor time of one thread; these products share nothing.
 */
final class BrgemmAttentionFp32 {
    /** Queries and keys of a block: fewer scores than libtorch splits among threads, and both sides in cache. */
    private static final int ROWS = 248;

    private static final int KEYS = 128;
    /** Scores this far above zero still cannot overflow a sum of a million weights. */
    private static final double HEADROOM = 60;
    /** A sum of weights under this says that the bound was loose and that weights may have been flushed to zero. */
    private static final float LEAST_SUM = 1e-24f;

    private BrgemmAttentionFp32() {}

    static boolean takes(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        return mask == null
                && q.dtype() == DType.FP32
                && k.dtype() == DType.FP32
                && v.dtype() == DType.FP32
                && q.numel() > 0
                && k.numel() > 0
                && Brgemm.availableFp32();
    }

    /** [B, H, N, Dv], or null where another kernel has to compute this. */
    static @Nullable Tensor apply(Tensor q, Tensor k, Tensor v, double scale) {
        TensorScope outer = TensorScope.current();
        try (TensorScope scope = TensorScope.open("attention")) {
            Tensor out = new Call(q, k, v, scale).run();
            return out == null || scope == outer ? null : outer.adopt(out);
        }
    }

    private static final class Call {
        final Tensor q; // [B, H, N, D], scaled
        final Tensor keys; // [B, H, M / KEYS, D, KEYS], zeros beyond the last key
        final Tensor values; // [B, H, M, Dv]
        final Tensor out; // [B, H, N, Dv] over [B, N, H, Dv]
        final float[] shift; // [B, H, N]: what is taken off a query's scores
        final int heads;
        final int n;
        final int m;
        final int blocks; // of keys
        final int d;
        final int dv;
        final AtomicBoolean loose = new AtomicBoolean();

        Call(Tensor q, Tensor k, Tensor v, double scale) {
            heads = (int) q.size(1);
            n = Math.toIntExact(q.size(2));
            m = Math.toIntExact(k.size(2));
            d = (int) q.size(3);
            dv = (int) v.size(3);
            this.q = q.mul(scale).contiguous();
            blocks = (m + KEYS - 1) / KEYS;
            keys = F.pad(k, 0, 0, 0, (long) blocks * KEYS - m)
                    .reshape(k.size(0), heads, blocks, KEYS, d)
                    .transpose(3, 4)
                    .contiguous();
            values = v.contiguous();
            Tensor longest = length(k).amax(true, -1); // [B, H, 1]
            shift = length(this.q)
                    .mul(longest)
                    .mul(1.001)
                    .sub(HEADROOM)
                    .clamp(0, Float.MAX_VALUE)
                    .toFloats();
            out = Tensors.empty(DType.FP32, q.size(0), n, heads, dv).transpose(1, 2);
        }

        private static Tensor length(Tensor x) {
            return x.square().sum(false, -1).sqrt();
        }

        @Nullable
        Tensor run() {
            int rowBlocks = (n + ROWS - 1) / ROWS;
            int tasks = Math.multiplyExact(Math.toIntExact(q.size(0)) * heads, rowBlocks);
            Workers.run(tasks, () -> new Worker(this));
            return loose.get() ? null : out;
        }
    }

    /** One thread's scratch; a task is a block of queries of one head. */
    private static final class Worker implements IntConsumer {
        private final Call call;
        private final MemorySegment scores = Arena.ofAuto().allocate(4L * ROWS * KEYS, 64); // then weights
        private final MemorySegment sums = Arena.ofAuto().allocate(4L * ROWS * KEYS, 64); // of weights, over key blocks
        private final float[] o;
        private final MemorySegment product;
        private final MemorySegment q;
        private final MemorySegment keys;
        private final MemorySegment values;
        private final MemorySegment out;

        Worker(Call call) {
            this.call = call;
            o = new float[ROWS * call.dv];
            product = MemorySegment.ofArray(o);
            q = call.q.segment();
            keys = call.keys.segment();
            values = call.values.segment();
            out = call.out.memory(4 * call.out.numel());
        }

        @Override
        public void accept(int task) {
            if (call.loose.get()) {
                return;
            }
            int blocks = (call.n + ROWS - 1) / ROWS;
            int bh = task / blocks;
            int start = task % blocks * ROWS;
            int rows = Math.min(ROWS, call.n - start);
            sums.fill((byte) 0);
            try (org.bytedeco.pytorch.Tensor s = block(scores, rows);
                    org.bytedeco.pytorch.Tensor total = block(sums, rows)) {
                for (int j = 0; j < call.m; j += KEYS) {
                    weigh(bh, start, rows, j, s);
                    int nb = Math.min(KEYS, call.m - j);
                    MemorySegment vb = values.asSlice(4L * call.dv * ((long) bh * call.m + j));
                    Brgemm.productFp32(rows, call.dv, nb, KEYS, call.dv, call.dv, j > 0, scores, vb, product);
                    total.add_(s);
                }
            }
            write(bh, start, rows);
        }

        private static org.bytedeco.pytorch.Tensor block(MemorySegment memory, int rows) {
            return torch.from_blob(new Native.Address(memory.address()), new long[] {(long) rows * KEYS});
        }

        /** Weights of a block of keys for a block of queries, [rows, KEYS]; zero beyond the last key. */
        private void weigh(int bh, int start, int rows, int j, org.bytedeco.pytorch.Tensor s) {
            int nb = Math.min(KEYS, call.m - j);
            if (nb < KEYS) {
                for (int i = 0; i < rows * KEYS; i++) {
                    scores.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NEGATIVE_INFINITY);
                }
            }
            MemorySegment qb = q.asSlice(4L * call.d * ((long) bh * call.n + start));
            MemorySegment kb = keys.asSlice(4L * call.d * KEYS * ((long) bh * call.blocks + j / KEYS));
            Brgemm.productFp32(rows, nb, call.d, call.d, KEYS, KEYS, false, qb, kb, scores);
            for (int i = 0; i < rows; i++) {
                float shift = call.shift[bh * call.n + start + i];
                for (int c = i * KEYS; shift > 0 && c < i * KEYS + nb; c++) {
                    scores.setAtIndex(ValueLayout.JAVA_FLOAT, c, scores.getAtIndex(ValueLayout.JAVA_FLOAT, c) - shift);
                }
            }
            s.exp_();
        }

        private void write(int bh, int start, int rows) {
            Tensor to = call.out;
            long at = bh / call.heads * to.stride(0) + bh % call.heads * to.stride(1) + start * to.stride(2);
            for (int i = 0; i < rows; i++) {
                float sum = 0;
                for (int c = 0; c < KEYS; c++) {
                    sum += sums.getAtIndex(ValueLayout.JAVA_FLOAT, i * KEYS + c);
                }
                if (!(sum >= LEAST_SUM && sum <= Float.MAX_VALUE)) {
                    call.loose.set(true);
                    return;
                }
                float factor = 1 / sum;
                for (int c = i * call.dv; c < (i + 1) * call.dv; c++) {
                    o[c] *= factor;
                }
                MemorySegment.copy(o, i * call.dv, out, ValueLayout.JAVA_FLOAT, 4 * (at + i * to.stride(2)), call.dv);
            }
        }
    }
}
