package dev.kinora.curate;

import dev.kinora.media.Image;
import dev.kinora.media.Rational;
import dev.kinora.media.VideoSpec;
import dev.kinora.media.VideoWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Small videos whose motion is known. */
public final class Footage {
    private Footage() {}

    /** A picture of soft seeded blobs, larger than what is shown of it. */
    public static Image texture(long seed, int width, int height) {
        SplittableRandom random = new SplittableRandom(seed);
        int cells = 8;
        double[][] grid = new double[height / cells + 3][width / cells + 3];
        for (double[] row : grid) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextDouble(30, 225);
            }
        }
        byte[] rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double gx = (double) x / cells;
                double gy = (double) y / cells;
                int ix = (int) gx;
                int iy = (int) gy;
                double fx = smooth(gx - ix);
                double fy = smooth(gy - iy);
                double v = (grid[iy][ix] * (1 - fx) + grid[iy][ix + 1] * fx) * (1 - fy)
                        + (grid[iy + 1][ix] * (1 - fx) + grid[iy + 1][ix + 1] * fx) * fy;
                int i = (y * width + x) * 3;
                rgb[i] = (byte) v;
                rgb[i + 1] = (byte) (v * 0.9);
                rgb[i + 2] = (byte) (255 - v);
            }
        }
        return Image.of(width, height, rgb);
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    /** A window that moves over a texture by {@code dx, dy} pixels a frame: what a camera that pans sees. */
    public static Image pan(Image texture, int width, int height, double dx, double dy, int frame) {
        int x = (int) Math.round(dx * frame + (dx < 0 ? texture.width() - width : 0));
        int y = (int) Math.round(dy * frame + (dy < 0 ? texture.height() - height : 0));
        return texture.crop(
                Math.clamp(x, 0, texture.width() - width), Math.clamp(y, 0, texture.height() - height), width, height);
    }

    /** A panning video of {@code frames} frames at 8 a second. */
    public static Path video(Path file, long seed, int width, int height, int frames) throws IOException {
        return video(file, seed, width, height, new int[] {frames});
    }

    /** One pan after another, each over a texture of its own, at 8 frames a second. */
    public static Path video(Path file, long seed, int width, int height, int[] frames) throws IOException {
        try (VideoWriter out = VideoWriter.open(file, VideoSpec.of(width, height, Rational.of(8)))) {
            for (int k = 0; k < frames.length; k++) {
                Image texture = texture(seed + 1000L * k, width + 4 * frames[k], height + 2 * frames[k]);
                for (int i = 0; i < frames[k]; i++) {
                    out.write(pan(texture, width, height, 2, 1, i));
                }
            }
            return out.finish();
        }
    }
}
