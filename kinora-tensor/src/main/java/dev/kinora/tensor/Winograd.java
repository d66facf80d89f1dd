package dev.kinora.tensor;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * fp32 convolution by Winograd's F(4x4, 3x3) per frame (Lavin and Gray, arXiv 1509.09308): tiles of 6x6 inputs are
 * transformed once, multiplied with transformed weights for each tap in time, summed there, and transformed back to 4x4
 * outputs. A quarter of the multiplications of the direct sum, at about 1e-5 relative error.
 *
 * <p>Channels are last everywhere, so a transform is one product with a constant 36x36 (16x36) matrix, and threads share
 * nothing: each takes runs of {@link #TILES} tiles through all frames, with its transforms of the last frames in cache.
 *
 * <p>T frames, K taps in time, C inputs, O outputs.
 */
final class Winograd {
    /** Tiles worked on at a time: as many as make reading the weights cheap. */
    private static final int TILES = 96;
    /** Columns of one product in the input transform. */
    private static final int SPAN = 512;

    private static final double[][] INPUT = {
        {4, 0, -5, 0, 1, 0},
        {0, -4, -4, 1, 1, 0},
        {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0},
        {0, 4, 0, -5, 0, 1}
    };
    private static final double[][] WEIGHT = {
        {1 / 4.0, 0, 0},
        {-1 / 6.0, -1 / 6.0, -1 / 6.0},
        {-1 / 6.0, 1 / 6.0, -1 / 6.0},
        {1 / 24.0, 1 / 12.0, 1 / 6.0},
        {1 / 24.0, -1 / 12.0, 1 / 6.0},
        {0, 0, 1}
    };
    private static final double[][] OUTPUT = {
        {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}
    };

    private final int in;
    private final int outs;
    private final int taps;
    private final MemorySegment toTransform; // [36, 36]
    private final MemorySegment fromTransform; // [16, 36]
    private final MemorySegment weights; // [K, 36, C, O]
    private final MemorySegment bias; // [O]
    private final MemorySegment[] scratch; // a thread's each, for all strips

    static boolean available() {
        return Brgemm.availableFp32();
    }

    /** Transforms weight [O, C, K, 3, 3]; the result, and scratch for as many threads as now, live as long as the open scope. */
    Winograd(Tensor weight, Tensor bias) {
        outs = (int) weight.size(0);
        in = (int) weight.size(1);
        taps = (int) weight.size(2);
        toTransform = square(INPUT).segment();
        fromTransform = square(OUTPUT).segment();
        Tensor g = square(WEIGHT); // [36, 9]
        Tensor all = Tensors.empty(DType.FP32, taps, 36, in, outs);
        for (int k = 0; k < taps; k++) {
            int tap = k;
            TensorScope.run("winograd weights", () -> {
                Tensor w = weight.select(2, tap).permute(2, 3, 1, 0).reshape(9, (long) in * outs);
                all.select(0, tap).copy_(g.matmul(w).view(36, in, outs));
            });
        }
        weights = all.segment();
        this.bias = bias.contiguous().segment();
        scratch = new MemorySegment[Torch.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = Tensors.empty(DType.FP32, TILES * (36L * in * (taps + 1) + 52L * outs))
                    .segment();
        }
    }

    /** The Kronecker square: the transform of both dimensions at once. */
    private static Tensor square(double[][] m) {
        int r = m.length;
        int c = m[0].length;
        double[] values = new double[r * r * c * c];
        for (int i = 0; i < r * r; i++) {
            for (int j = 0; j < c * c; j++) {
                values[i * c * c + j] = m[i / r][j / c] * m[i % r][j % c];
            }
        }
        return Tensors.of(values, (long) r * r, (long) c * c).to(DType.FP32);
    }

    /**
     * Convolves rows of all frames.
     *
     * @param padded [T + K - 1, rows of tiles · 4 + 2, columns of tiles · 4 + 2, C], contiguous
     * @param target [T, rows, W, O], rows and W at most what the tiles cover, the last two dimensions dense
     */
    void apply(Tensor padded, Tensor target) {
        int tileColumns = (int) (padded.size(2) - 2) / 4;
        int tiles = (int) (padded.size(1) - 2) / 4 * tileColumns;
        int pieces = Math.max((tiles + TILES - 1) / TILES, Math.min(Torch.threads(), tiles));
        int width = (tiles + pieces - 1) / pieces;
        Strip strip = new Strip(
                (int) target.size(0),
                (int) padded.size(1),
                (int) padded.size(2),
                padded.segment(),
                (int) target.size(1),
                (int) target.size(2),
                target.stride(0),
                target.memory(4 * ((target.size(0) - 1) * target.stride(0) + target.size(1) * target.size(2) * outs)));
        AtomicInteger next = new AtomicInteger();
        Workers.run((tiles + width - 1) / width, () -> {
            Worker worker = new Worker(strip, width, tileColumns, scratch[next.getAndIncrement()]);
            return task -> worker.run(task * width, Math.min(width, tiles - task * width));
        });
    }

    private record Strip(
            int frames,
            int paddedRows,
            int paddedColumns,
            MemorySegment padded,
            int rows,
            int columns,
            long frameStride,
            MemorySegment target) {}

    /** One thread's scratch. */
    private final class Worker {
        private final Strip strip;
        private final int tileColumns;
        private final MemorySegment gathered; // [36, tiles, C]
        private final MemorySegment[] transforms; // K of [36, tiles, C], by frame modulo K
        private final MemorySegment sums; // [36, tiles, O]
        private final MemorySegment results; // [16, tiles, O]

        Worker(Strip strip, int tiles, int tileColumns, MemorySegment memory) {
            this.strip = strip;
            this.tileColumns = tileColumns;
            long one = 36L * tiles * in * 4;
            gathered = memory.asSlice(0, one);
            transforms = new MemorySegment[taps];
            for (int k = 0; k < taps; k++) {
                transforms[k] = memory.asSlice((k + 1) * one, one);
            }
            long all = 36L * tiles * outs * 4;
            sums = memory.asSlice((taps + 1) * one, all);
            results = memory.asSlice((taps + 1) * one + all, 16L * tiles * outs * 4);
        }

        /** Tiles {@code first} to {@code first + n}, counted row by row, through all frames. */
        void run(int first, int n) {
            for (int t = 0; t < strip.frames() + taps - 1; t++) {
                transform(t, first, n);
                if (t >= taps - 1) {
                    multiply(t, n);
                    write(t - taps + 1, first, n);
                }
            }
        }

        private void transform(int frame, int first, int n) {
            long pixel = 4L * in;
            long row = strip.paddedColumns() * pixel;
            long base = (long) frame * strip.paddedRows() * row;
            for (int i = 0; i < n; i++) {
                int tile = first + i;
                long corner = base + 4L * (tile / tileColumns) * row + 4L * (tile % tileColumns) * pixel;
                for (int p = 0; p < 36; p++) {
                    long from = corner + p / 6 * row + p % 6 * pixel;
                    MemorySegment.copy(strip.padded(), from, gathered, ((long) p * n + i) * pixel, pixel);
                }
            }
            MemorySegment v = transforms[frame % taps];
            int columns = n * in;
            for (int c = 0; c < columns; c += SPAN) {
                int w = Math.min(SPAN, columns - c);
                Brgemm.productFp32(
                        36,
                        w,
                        36,
                        36,
                        columns,
                        columns,
                        false,
                        toTransform,
                        gathered.asSlice(4L * c),
                        v.asSlice(4L * c));
            }
        }

        private void multiply(int frame, int n) {
            for (int p = 0; p < 36; p++) {
                MemorySegment c = sums.asSlice(4L * p * n * outs);
                for (int k = 0; k < taps; k++) {
                    MemorySegment a = transforms[(frame - taps + 1 + k) % taps].asSlice(4L * p * n * in);
                    MemorySegment b = weights.asSlice(4L * (k * 36L + p) * in * outs);
                    Brgemm.productFp32(n, outs, in, in, outs, outs, k > 0, a, b, c);
                }
            }
        }

        private void write(int frame, int first, int n) {
            long pixel = 4L * outs;
            for (long i = 0; i < 16L * n; i++) {
                MemorySegment.copy(bias, 0, results, i * pixel, pixel);
            }
            int columns = n * outs;
            for (int c = 0; c < columns; c += SPAN) {
                int w = Math.min(SPAN, columns - c);
                Brgemm.productFp32(
                        16,
                        w,
                        36,
                        36,
                        columns,
                        columns,
                        true,
                        fromTransform,
                        sums.asSlice(4L * c),
                        results.asSlice(4L * c));
            }
            for (int i = 0; i < n; i++) {
                int top = (first + i) / tileColumns * 4;
                int left = (first + i) % tileColumns * 4;
                for (int p = 0; p < 16; p++) {
                    int y = top + p / 4;
                    int x = left + p % 4;
                    if (y < strip.rows() && x < strip.columns()) {
                        long to = 4L * frame * strip.frameStride() + ((long) y * strip.columns() + x) * pixel;
                        MemorySegment.copy(results, ((long) p * n + i) * pixel, strip.target(), to, pixel);
                    }
                }
            }
        }
    }
}
