package dev.kinora.train.reader;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.F;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/**
 * Makes rendered clips look as if they had been generated: blurred or sharpened, smeared over neighbouring frames,
 * rounded in blocks of frequencies, off in colour, blotched and noisy. Every clip gets its own strengths; one in five
 * stays as it is.
 *
 * <p>B clips, F frames, all of [B, 3, F, H, W].
 */
final class ReaderBlemishes {
    private static final double CLEAN = 0.2;
    private static final int BLOCK = 8;

    private ReaderBlemishes() {}

    /** A blemished copy of clips in [-1, 1], limited to that range; the same draws, on the clips' device, give the same copy. */
    static Tensor apply(Tensor video, Rng rng) {
        long[] s = video.shape();
        Tensor draws = rng.rand(DType.FP32, s[0], 16);
        Tensor touched = draws.narrow(1, 0, 1).ge(CLEAN).to(DType.FP32).view(s[0], 1, 1, 1, 1);
        Strengths of = new Strengths(draws, touched);
        Tensor x = video;
        x = x.add(blur(x).sub(x).mul(of.between(1, -0.3, 1.0)));
        Tensor neighbours = Tensors.cat(2, x.narrow(2, 0, 1), x.narrow(2, 0, s[2] - 1))
                .add(Tensors.cat(2, x.narrow(2, 1, s[2] - 1), x.narrow(2, s[2] - 1, 1)))
                .mul(0.5);
        x = x.add(neighbours.sub(x).mul(of.between(2, -0.4, 0.5).maximum(touched.mul(0))));
        Tensor step = draws.narrow(1, 3, 1).mul(0.55).add(0.05);
        x = x.add(rounded(x, step).sub(x).mul(of.sometimes(4)));
        Tensor grey = x.mean(true, 1);
        x = grey.add(x.sub(grey).mul(of.between(5, -0.2, 0.2).add(1)));
        x = x.mul(colors(draws, 6).mul(touched).mul(0.12).add(1))
                .add(colors(draws, 9).mul(touched).mul(0.1));
        x = x.add(blotches(s, rng).mul(of.between(12, 0, 0.12)));
        x = x.add(rng.randn(DType.FP32, s).mul(of.between(13, 0, 0.08)));
        return x.clamp(-1, 1);
    }

    /** Strengths from uniform draws [B, n], as [B, 1, 1, 1, 1]; none for clips that stay as they are. */
    private record Strengths(Tensor draws, Tensor touched) {
        Tensor between(int which, double low, double high) {
            return draws.narrow(1, which, 1)
                    .mul(high - low)
                    .add(low)
                    .view(touched.shape())
                    .mul(touched);
        }

        Tensor sometimes(int which) {
            return draws.narrow(1, which, 1)
                    .lt(0.5)
                    .to(DType.FP32)
                    .view(touched.shape())
                    .mul(touched);
        }
    }

    /** Three draws as values in [-1, 1] for the three colours: [B, 3, 1, 1, 1]. */
    private static Tensor colors(Tensor draws, int from) {
        return draws.narrow(1, from, 3).mul(2).sub(1).view(draws.size(0), 3, 1, 1, 1);
    }

    /** Gaussian of deviation 1.3 in height and width, five taps each, edges repeated. */
    private static Tensor blur(Tensor x) {
        long[] s = x.shape();
        double[] taps = new double[5];
        double sum = 0;
        for (int i = 0; i < 5; i++) {
            taps[i] = Math.exp(-(i - 2) * (i - 2) / (2 * 1.3 * 1.3));
            sum += taps[i];
        }
        Tensor y = x.reshape(s[0] * s[1] * s[2], s[3], s[4]);
        for (int dim = 1; dim <= 2; dim++) {
            long n = y.size(dim);
            Tensor first = y.narrow(dim, 0, 1);
            Tensor last = y.narrow(dim, n - 1, 1);
            Tensor wide = Tensors.cat(dim, first, first, y, last, last);
            Tensor out = wide.narrow(dim, 0, n).mul(taps[0] / sum);
            for (int i = 1; i < 5; i++) {
                out.add_(wide.narrow(dim, i, n).mul(taps[i] / sum));
            }
            y = out;
        }
        return y.view(s);
    }

    /** Blocks of 8 x 8 with their cosine coefficients rounded to multiples of a step that grows with frequency. */
    private static Tensor rounded(Tensor x, Tensor step) {
        long[] s = x.shape();
        long h = s[3] / BLOCK;
        long w = s[4] / BLOCK;
        float[] basis = new float[BLOCK * BLOCK * BLOCK * BLOCK];
        float[] weights = new float[BLOCK * BLOCK];
        for (int u = 0; u < BLOCK; u++) {
            for (int v = 0; v < BLOCK; v++) {
                weights[u * BLOCK + v] = 0.5f + (u + v) / 4f;
                for (int i = 0; i < BLOCK; i++) {
                    for (int j = 0; j < BLOCK; j++) {
                        basis[(u * BLOCK + v) * BLOCK * BLOCK + i * BLOCK + j] = (float) (wave(u, i) * wave(v, j));
                    }
                }
            }
        }
        Tensor d = Tensors.of(basis, BLOCK * BLOCK, BLOCK * BLOCK).to(x.device()); // [frequency, pixel]
        Tensor q = Tensors.of(weights, 1, 1, BLOCK * BLOCK).to(x.device()).mul(step.unsqueeze(1)); // [B, 1, 64]
        Tensor blocks = x.reshape(s[0], s[1] * s[2], h, BLOCK, w, BLOCK)
                .permute(0, 1, 2, 4, 3, 5)
                .reshape(s[0], -1, BLOCK * BLOCK);
        Tensor kept = blocks.matmul(d.transpose(0, 1)).div(q).round().mul(q).matmul(d);
        return kept.view(s[0], s[1] * s[2], h, w, BLOCK, BLOCK)
                .permute(0, 1, 2, 4, 3, 5)
                .reshape(s);
    }

    private static double wave(int frequency, int at) {
        double scale = frequency == 0 ? Math.sqrt(1.0 / BLOCK) : Math.sqrt(2.0 / BLOCK);
        return scale * Math.cos((2 * at + 1) * frequency * Math.PI / (2 * BLOCK));
    }

    /** Soft spots some pixels wide that last four frames, of about unit deviation. */
    private static Tensor blotches(long[] s, Rng rng) {
        Tensor coarse = rng.randn(DType.FP32, s[0], 3, (s[2] + 3) / 4, s[3] / BLOCK, s[4] / BLOCK);
        return blur(blur(F.interpolateNearest3d(coarse, s[2], s[3], s[4])));
    }
}
