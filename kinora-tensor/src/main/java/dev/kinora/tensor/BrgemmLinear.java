package dev.kinora.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * bf16 {@code x W^T + b} on the matrix unit, blocked for the second-level cache.
 *
 * <p>W is repacked once per call, which pays from some hundred rows of x on. Even and odd outputs are packed apart: a
 * block of x then gives two fp32 blocks whose elements, rounded to bf16, interleave into the output by shifts and ors of
 * whole ints, which the JIT vectorises; narrowing to shorts it does not.
 */
final class BrgemmLinear {
    private static final int ROWS = 256;
    /** Outputs of one block, half of them even and half odd. */
    private static final int OUTPUTS = 256;
    /** Inputs multiplied before the next pass over the block of outputs. */
    private static final int INPUTS = 512;

    private BrgemmLinear() {}

    static boolean takes(Tensor x, Tensor w) {
        return x.dtype() == DType.BF16
                && w.dtype() == DType.BF16
                && w.dim() == 2
                && w.size(0) % 32 == 0
                && w.size(1) % 2 == 0
                && x.numel() > 0
                && Brgemm.available();
    }

    static Tensor apply(Tensor x, Tensor w, @Nullable Tensor b) {
        return TensorScope.compute(() -> {
            long[] shape = x.shape();
            int in = Math.toIntExact(w.size(1));
            int outs = Math.toIntExact(w.size(0));
            shape[shape.length - 1] = outs;
            Tensor rows = x.reshape(-1, in).contiguous();
            Tensor y = Tensors.empty(DType.BF16, rows.size(0), outs);
            int[] bias = bits(b, outs);
            Call call =
                    new Call(Math.toIntExact(rows.size(0)), in, outs, rows.segment(), pack(w).segment(), y.segment());
            int tasks = (call.rows + ROWS - 1) / ROWS;
            Workers.run(tasks, () -> new Worker(call, bias));
            return y.reshape(shape);
        });
    }

    /** Bits of the bias in fp32, evens before odds within each block. */
    private static int[] bits(@Nullable Tensor b, int outs) {
        int[] bits = new int[outs];
        if (b != null) {
            float[] f = b.toFloats();
            for (int o = 0; o < outs; o++) {
                int from = o / OUTPUTS * OUTPUTS;
                int half = Math.min(OUTPUTS, outs - from) / 2;
                bits[from + (o - from) % 2 * half + (o - from) / 2] = Float.floatToRawIntBits(f[o]);
            }
        }
        return bits;
    }

    /** [blocks, 2 (even, odd), in/2, half] int32, each a pair of inputs; the last block may be narrower. */
    private static Tensor pack(Tensor w) {
        long in = w.size(1);
        long outs = w.size(0);
        Tensor pairs = w.contiguous().viewAs(DType.INT32); // [out, in/2]
        Tensor packed = Tensors.empty(DType.INT32, outs * in / 2);
        long whole = outs / OUTPUTS;
        if (whole > 0) {
            packBlocks(pairs.narrow(0, 0, whole * OUTPUTS), packed.narrow(0, 0, whole * OUTPUTS * in / 2), OUTPUTS);
        }
        long rest = outs - whole * OUTPUTS;
        if (rest > 0) {
            packBlocks(
                    pairs.narrow(0, whole * OUTPUTS, rest),
                    packed.narrow(0, whole * OUTPUTS * in / 2, rest * in / 2),
                    rest);
        }
        return packed;
    }

    private static void packBlocks(Tensor pairs, Tensor packed, long outputs) {
        long k = pairs.size(1);
        packed.view(-1, 2, k, outputs / 2)
                .copy_(pairs.view(-1, outputs / 2, 2, k).permute(0, 2, 3, 1));
    }

    private record Call(int rows, int in, int outs, MemorySegment x, MemorySegment w, MemorySegment y) {}

    /** One thread's scratch; a task is a block of rows. */
    private static final class Worker implements IntConsumer {
        private static final int LINE = 16;

        private final Call call;
        private final int[] bias;
        private final int[] even = new int[ROWS * OUTPUTS / 2 + LINE];
        private final int[] odd = new int[ROWS * OUTPUTS / 2 + LINE];
        private final MemorySegment evenMemory = MemorySegment.ofArray(even);
        private final MemorySegment oddMemory = MemorySegment.ofArray(odd);

        Worker(Call call, int[] bias) {
            this.call = call;
            this.bias = bias;
        }

        @Override
        public void accept(int task) {
            int row = task * ROWS;
            int rows = Math.min(ROWS, call.rows - row);
            for (int o = 0; o < call.outs; o += OUTPUTS) {
                int half = Math.min(OUTPUTS, call.outs - o) / 2;
                int e = Brgemm.skipToCacheLine(evenMemory) / 4;
                int d = Brgemm.skipToCacheLine(oddMemory) / 4;
                for (int i = 0; i < rows; i++) {
                    System.arraycopy(bias, o, even, e + i * half, half);
                    System.arraycopy(bias, o + half, odd, d + i * half, half);
                }
                multiply(row, rows, o, half, 0, evenMemory.asSlice(4L * e));
                multiply(row, rows, o, half, 1, oddMemory.asSlice(4L * d));
                if (d != e) {
                    System.arraycopy(odd, d, odd, e, rows * half);
                }
                interleave(even, odd, e, e + rows * half);
                for (int i = 0; i < rows; i++) {
                    long to = 2 * ((long) (row + i) * call.outs + o);
                    MemorySegment.copy(even, e + i * half, call.y, ValueLayout.JAVA_INT_UNALIGNED, to, half);
                }
            }
            Brgemm.release();
        }

        private void multiply(int row, int rows, int o, int half, int parity, MemorySegment c) {
            int in = call.in;
            long block = 4L * ((long) o * (in / 2) + (long) parity * half * (in / 2));
            for (int k = 0; k < in; k += INPUTS) {
                int n = Math.min(INPUTS, in - k);
                MemorySegment a = call.x.asSlice(2 * ((long) row * in + k));
                MemorySegment b = call.w.asSlice(block + 4L * (k / 2) * half);
                Brgemm.product(rows, half, n, in, half, half, true, a, b, c);
            }
        }
    }

    /** Both rounded to bf16, evens in the lower halves: one loop without branches, for the vector unit. */
    private static void interleave(int[] even, int[] odd, int from, int to) {
        for (int j = from; j < to; j++) {
            int a = even[j];
            int b = odd[j];
            int lower = (a + 0x7fff + (a >>> 16 & 1)) >>> 16;
            int upper = (b + 0x7fff + (b >>> 16 & 1)) & 0xffff0000;
            even[j] = upper | lower;
        }
    }
}
