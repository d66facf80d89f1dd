package dev.kinora.media;

import java.util.ArrayList;
import java.util.List;

/** A drawn clip with soft gradients, hard edges and motion, and measures on it. */
final class Synthetic {
    private Synthetic() {}

    /** A disc of saturated red over a gradient, moving right and down by a few pixels a frame. */
    static Image frame(int width, int height, int t) {
        byte[] rgb = new byte[width * height * 3];
        double cx = width * 0.25 + 2.5 * t;
        double cy = height * 0.35 + 1.5 * t;
        double radius = Math.min(width, height) * 0.2;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                // one pixel of soft edge, as a renderer would draw it
                double inside = Math.clamp(radius - Math.hypot(x - cx, y - cy) + 0.5, 0, 1);
                int i = (y * width + x) * 3;
                put(rgb, i, 220 * inside + (60 + 120.0 * x / width) * (1 - inside));
                put(rgb, i + 1, 40 * inside + (90 + 100.0 * y / height) * (1 - inside));
                put(rgb, i + 2, 50 * inside + (200 - 120.0 * y / height) * (1 - inside));
            }
        }
        return Image.of(width, height, rgb);
    }

    private static void put(byte[] rgb, int i, double value) {
        rgb[i] = (byte) Math.round(value);
    }

    static Video clip(int width, int height, int frames, Rational rate) {
        List<Image> list = new ArrayList<>();
        for (int t = 0; t < frames; t++) {
            list.add(frame(width, height, t));
        }
        return new Video(list, rate);
    }

    static Image plain(int width, int height, int colour) {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) (colour >> 16);
            rgb[i + 1] = (byte) (colour >> 8);
            rgb[i + 2] = (byte) colour;
        }
        return Image.of(width, height, rgb);
    }

    /** Peak signal-to-noise ratio in dB over all channels. */
    static double psnr(Image a, Image b) {
        double sum = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            double d = (a.rgb()[i] & 255) - (b.rgb()[i] & 255);
            sum += d * d;
        }
        return sum == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(255.0 * 255 * a.rgb().length / sum);
    }

    static double psnr(Video a, Video b) {
        double worst = Double.POSITIVE_INFINITY;
        for (int i = 0; i < a.frames().size(); i++) {
            worst = Math.min(worst, psnr(a.frames().get(i), b.frames().get(i)));
        }
        return worst;
    }

    /** Root mean square error of luma in the worst 4x4 block. */
    static double worstBlock(Image a, Image b) {
        double worst = 0;
        for (int y = 0; y + 4 <= a.height(); y += 2) {
            for (int x = 0; x + 4 <= a.width(); x += 2) {
                double sum = 0;
                for (int i = 0; i < 16; i++) {
                    double d = luma(a.pixel(x + i % 4, y + i / 4)) - luma(b.pixel(x + i % 4, y + i / 4));
                    sum += d * d;
                }
                worst = Math.max(worst, Math.sqrt(sum / 16));
            }
        }
        return worst;
    }

    private static double luma(int rgb) {
        return 0.2126 * (rgb >> 16 & 255) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255);
    }
}
