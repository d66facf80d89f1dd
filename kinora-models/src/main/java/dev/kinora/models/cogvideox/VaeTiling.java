package dev.kinora.models.cogvideox;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Frames in overlapping tiles that are blended where they overlap: bounded memory for an approximation of the whole.
 * Checked against diffusers 0.42.1, {@code tiled_encode} and {@code tiled_decode} of
 * models/autoencoders/autoencoder_kl_cogvideox.py.
 *
 * @param tileSampleMinHeight height of a tile, in pixels
 * @param tileSampleMinWidth width of a tile, in pixels
 * @param tileOverlapFactorHeight part of a tile's height that it shares with the one above, 0 to below 1
 * @param tileOverlapFactorWidth part of a tile's width that it shares with the one at its left, 0 to below 1
 */
public record VaeTiling(
        int tileSampleMinHeight,
        int tileSampleMinWidth,
        double tileOverlapFactorHeight,
        double tileOverlapFactorWidth) {
    /** Checks the ranges. */
    public VaeTiling {
        require(tileSampleMinHeight > 0, "tile_sample_min_height", tileSampleMinHeight, "positive");
        require(tileSampleMinWidth > 0, "tile_sample_min_width", tileSampleMinWidth, "positive");
        require(
                tileOverlapFactorHeight >= 0 && tileOverlapFactorHeight < 1,
                "tile_overlap_factor_height",
                tileOverlapFactorHeight,
                "0 to below 1");
        require(
                tileOverlapFactorWidth >= 0 && tileOverlapFactorWidth < 1,
                "tile_overlap_factor_width",
                tileOverlapFactorWidth,
                "0 to below 1");
    }

    /** Half the size the checkpoint was trained at, sharing 1/6 of the height and 1/5 of the width. */
    public static VaeTiling of(AutoencoderKLCogVideoXConfig config) {
        return new VaeTiling(config.sampleHeight() / 2, config.sampleWidth() / 2, 1.0 / 6, 1.0 / 5);
    }

    /** Encodes [B, 3, T, H, W] tile by tile where it is larger than one. */
    Tensor encode(Tensor x, int ratio, UnaryOperator<Tensor> encoder) {
        if (x.size(3) <= tileSampleMinHeight && x.size(4) <= tileSampleMinWidth) {
            return encoder.apply(x);
        }
        Axis h = new Axis(tileSampleMinHeight, tileSampleMinHeight / ratio, tileOverlapFactorHeight);
        Axis w = new Axis(tileSampleMinWidth, tileSampleMinWidth / ratio, tileOverlapFactorWidth);
        return tiles(x, h, w, encoder);
    }

    /** Decodes [B, Z, t, h, w] tile by tile where it is larger than one. */
    Tensor decode(Tensor z, int ratio, UnaryOperator<Tensor> decoder) {
        if (z.size(3) <= tileSampleMinHeight / ratio && z.size(4) <= tileSampleMinWidth / ratio) {
            return decoder.apply(z);
        }
        Axis h = new Axis(tileSampleMinHeight / ratio, tileSampleMinHeight, tileOverlapFactorHeight);
        Axis w = new Axis(tileSampleMinWidth / ratio, tileSampleMinWidth, tileOverlapFactorWidth);
        return tiles(z, h, w, decoder);
    }

    /** One axis of the tiling: the size of a tile before and after the network, and the part that neighbours share. */
    private record Axis(int in, int out, double overlap) {
        long step() {
            long step = (long) (in * (1 - overlap));
            require(step > 0, "tile", in + " with overlap " + overlap, "at least one latent from tile to tile");
            return step;
        }

        int blend() {
            return (int) (out * overlap);
        }

        int kept() {
            return out - blend();
        }
    }

    private static Tensor tiles(Tensor x, Axis h, Axis w, UnaryOperator<Tensor> network) {
        List<List<Tensor>> rows = new ArrayList<>();
        for (long i = 0; i < x.size(3); i += h.step()) {
            List<Tensor> row = new ArrayList<>();
            for (long j = 0; j < x.size(4); j += w.step()) {
                Tensor tile =
                        x.narrow(3, i, Math.min(h.in(), x.size(3) - i)).narrow(4, j, Math.min(w.in(), x.size(4) - j));
                row.add(TensorScope.compute(() -> network.apply(tile)));
            }
            rows.add(row);
        }
        List<Tensor> joinedRows = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            List<Tensor> joined = new ArrayList<>();
            for (int j = 0; j < rows.get(i).size(); j++) {
                // blending changes the tile itself, so the next ones blend with what was blended before
                Tensor tile = rows.get(i).get(j);
                if (i > 0) {
                    blend(3, rows.get(i - 1).get(j), tile, h.blend());
                }
                if (j > 0) {
                    blend(4, rows.get(i).get(j - 1), tile, w.blend());
                }
                joined.add(tile.narrow(3, 0, Math.min(h.kept(), tile.size(3)))
                        .narrow(4, 0, Math.min(w.kept(), tile.size(4))));
            }
            joinedRows.add(Tensors.cat(4, joined));
        }
        return Tensors.cat(3, joinedRows);
    }

    /** Fades from the end of {@code a} into the beginning of {@code b}, along {@code dim}. */
    private static void blend(int dim, Tensor a, Tensor b, int extent) {
        long n = Math.min(Math.min(a.size(dim), b.size(dim)), extent);
        TensorScope.run("blend", () -> {
            for (long y = 0; y < n; y++) {
                Tensor from = a.select(dim, a.size(dim) - n + y);
                Tensor to = b.select(dim, y);
                to.copy_(from.mul(1 - (double) y / n).add(to.mul((double) y / n)));
            }
        });
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("VaeTiling: " + name + " = " + value + " (expected: " + expected + ")");
        }
    }
}
