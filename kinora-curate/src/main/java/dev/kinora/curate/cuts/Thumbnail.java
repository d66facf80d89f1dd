package dev.kinora.curate.cuts;

import dev.kinora.media.Image;

/** A picture brought to a few cells, each the mean of the pixels in it. */
final class Thumbnail {
    private Thumbnail() {}

    /** [rows, columns, 3]; a picture smaller than that repeats pixels. */
    static byte[] of(Image image, int columns, int rows) {
        byte[] rgb = image.rgb();
        int w = image.width();
        int h = image.height();
        byte[] out = new byte[columns * rows * 3];
        for (int r = 0; r < rows; r++) {
            int top = r * h / rows;
            int bottom = Math.max(top + 1, (r + 1) * h / rows);
            for (int c = 0; c < columns; c++) {
                int left = c * w / columns;
                int right = Math.max(left + 1, (c + 1) * w / columns);
                int red = 0;
                int green = 0;
                int blue = 0;
                for (int y = top; y < bottom; y++) {
                    for (int i = (y * w + left) * 3; i < (y * w + right) * 3; i += 3) {
                        red += rgb[i] & 255;
                        green += rgb[i + 1] & 255;
                        blue += rgb[i + 2] & 255;
                    }
                }
                int n = (bottom - top) * (right - left);
                int at = (r * columns + c) * 3;
                out[at] = (byte) ((red + n / 2) / n);
                out[at + 1] = (byte) ((green + n / 2) / n);
                out[at + 2] = (byte) ((blue + n / 2) / n);
            }
        }
        return out;
    }
}
