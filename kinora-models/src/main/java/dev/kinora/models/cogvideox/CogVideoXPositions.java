package dev.kinora.models.cogvideox;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;

/**
 * Where a token is: 3D sinusoids (2B) and 3D rotary tables (all others). Token order is frame, row, column.
 *
 * <p>Checked against diffusers 0.42.1, models/embeddings.py and pipelines/cogvideo/pipeline_cogvideox.py.
 *
 * <p>T frames of tokens, H rows, W columns, D width.
 */
public final class CogVideoXPositions {
    private static final double THETA = 10000;

    private CogVideoXPositions() {}

    /**
     * Sinusoids: the first quarter of the width tells the frame, the rest column and row (in this order), half each.
     *
     * @param dim D, a multiple of 16
     * @param spatialScale divides rows and columns
     * @param temporalScale divides frames
     * @return [T * H * W, D]
     */
    public static Tensor sincos(
            int dim, long frames, long height, long width, double spatialScale, double temporalScale, DType dtype) {
        Tensor t = sinusoid(dim / 4, frames, temporalScale).to(dtype); // [T, D/4]
        Tensor w = sinusoid(dim * 3 / 8, width, spatialScale).to(dtype); // [W, 3D/8]
        Tensor h = sinusoid(dim * 3 / 8, height, spatialScale).to(dtype); // [H, 3D/8]
        return grid(t, w.unsqueeze(0), h.unsqueeze(1), frames, height, width);
    }

    /** [n, dim]: sines, then cosines, of position / scale; fp64 as in the reference. */
    private static Tensor sinusoid(int dim, long n, double scale) {
        double[] values = new double[Math.toIntExact(n * dim)];
        int half = dim / 2;
        for (int p = 0; p < n; p++) {
            double position = (float) p / (float) scale;
            for (int i = 0; i < half; i++) {
                double angle = position * (1.0 / Math.pow(THETA, i / (dim / 2.0)));
                values[p * dim + i] = Math.sin(angle);
                values[p * dim + half + i] = Math.cos(angle);
            }
        }
        return Tensors.of(values, n, dim);
    }

    /**
     * The tables the pipelines make for latents of this size: 1.0 stretches the grid into the one it was trained at,
     * 1.5 counts tokens.
     *
     * @param latentFrames latent frames, with those that fill the last patch up
     * @param latentHeight latent rows
     * @param latentWidth latent columns
     * @return fp32 [tokens, head_dim] each
     */
    public static RotaryEmbedding rotary(CogVideoXConfig c, long latentFrames, long latentHeight, long latentWidth) {
        long h = latentHeight / c.patchSize();
        long w = latentWidth / c.patchSize();
        if (c.patchSizeT() != null) {
            return slice(c.attentionHeadDim(), (latentFrames + c.patchSizeT() - 1) / c.patchSizeT(), h, w);
        }
        Crop crop = Crop.of(h, w, c.sampleHeight() / c.patchSize(), c.sampleWidth() / c.patchSize());
        return linspace(c.attentionHeadDim(), crop, latentFrames, h, w);
    }

    /** Rotary tables whose rows and columns are spread evenly over the crop. */
    static RotaryEmbedding linspace(int headDim, Crop crop, long frames, long height, long width) {
        Tensor h = spread(crop.top(), crop.bottom(), height);
        Tensor w = spread(crop.left(), crop.right(), width);
        return rotary(headDim, Tensors.arange(0, frames, DType.FP32), h, w);
    }

    private static Tensor spread(long start, long stop, long n) {
        return Tensors.linspace(start, (double) (stop * (n - 1)) / n, n, DType.FP32);
    }

    /** Rotary tables whose rows and columns are counted from zero, whatever the trained size. */
    static RotaryEmbedding slice(int headDim, long frames, long height, long width) {
        return rotary(
                headDim,
                Tensors.arange(0, frames, DType.FP32),
                Tensors.arange(0, height, DType.FP32),
                Tensors.arange(0, width, DType.FP32));
    }

    private static RotaryEmbedding rotary(int headDim, Tensor t, Tensor h, Tensor w) {
        Tensor angleT = angles(headDim / 4, t); // [T, head_dim/4]
        Tensor angleH = angles(headDim / 8 * 3, h).unsqueeze(1); // [H, 1, 3 head_dim/8]
        Tensor angleW = angles(headDim / 8 * 3, w).unsqueeze(0); // [1, W, 3 head_dim/8]
        long frames = t.size(0);
        long height = h.size(0);
        long width = w.size(0);
        return new RotaryEmbedding(
                grid(angleT.cos(), angleH.cos(), angleW.cos(), frames, height, width),
                grid(angleT.sin(), angleH.sin(), angleW.sin(), frames, height, width));
    }

    /** [n, dim]: position times frequency, each frequency twice in a row. */
    private static Tensor angles(int dim, Tensor positions) {
        Tensor exponents = Tensors.arange(0, dim / 2, DType.FP32).mul(2).div(dim); // [dim/2]
        Tensor frequencies = Tensors.full(THETA, DType.FP32).pow(exponents).reciprocal();
        return positions.unsqueeze(1).mul(frequencies).repeatInterleave(2, 1);
    }

    /** Concatenates a value per frame [T, …], and two per place [H or 1, W or 1, …], for every token. */
    private static Tensor grid(Tensor perFrame, Tensor first, Tensor second, long frames, long height, long width) {
        return Tensors.cat(
                        -1,
                        perFrame.reshape(frames, 1, 1, -1).expand(frames, height, width, -1),
                        first.unsqueeze(0).expand(frames, height, width, -1),
                        second.unsqueeze(0).expand(frames, height, width, -1))
                .reshape(frames * height * width, -1); // [T * H * W, D]
    }

    /** The part of the trained grid that another aspect ratio covers, centred: half-open, in tokens. */
    record Crop(long top, long left, long bottom, long right) {
        /** Scales an h x w grid into a base one without changing its aspect ratio. */
        static Crop of(long h, long w, long baseHeight, long baseWidth) {
            long height = baseHeight;
            long width = baseWidth;
            if ((double) h / w > (double) baseHeight / baseWidth) {
                width = round((double) baseHeight / h * w);
            } else {
                height = round((double) baseWidth / w * h);
            }
            long top = round((baseHeight - height) / 2.0);
            long left = round((baseWidth - width) / 2.0);
            return new Crop(top, left, top + height, left + width);
        }

        /** Halves to even, as Python rounds. */
        private static long round(double x) {
            return (long) Math.rint(x);
        }
    }
}
