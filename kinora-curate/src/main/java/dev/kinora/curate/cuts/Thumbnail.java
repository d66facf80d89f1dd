package dev.kinora.curate.cuts;

/**
 * A picture brought to a few cells, each the mean of the pixels in it; given a row at a time. A picture smaller than the
 * cells are many repeats pixels.
 */
final class Thumbnail {
    private final int width;
    private final int height;
    private final int columns;
    private final int rows;
    private final int[][][] sums; // of each column of pixels within each row of cells, [rows][3][width]

    Thumbnail(int width, int height, int columns, int rows) {
        this.width = width;
        this.height = height;
        this.columns = columns;
        this.rows = rows;
        sums = new int[rows][3][width];
    }

    /** Adds row {@code y} of the picture, each once. */
    void add(int y, PixelRow pixels) {
        for (int r = y * rows / height; r < rows && top(r) <= y; r++) {
            if (y < bottom(r)) {
                add(sums[r][0], pixels.red());
                add(sums[r][1], pixels.green());
                add(sums[r][2], pixels.blue());
            }
        }
    }

    private static void add(int[] sums, int[] values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    private int top(int row) {
        return row * height / rows;
    }

    private int bottom(int row) {
        return Math.max(top(row) + 1, (row + 1) * height / rows);
    }

    /** RGB, [rows * columns * 3]. */
    byte[] cells() {
        byte[] out = new byte[columns * rows * 3];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                int left = c * width / columns;
                int right = Math.max(left + 1, (c + 1) * width / columns);
                int n = (bottom(r) - top(r)) * (right - left);
                for (int k = 0; k < 3; k++) {
                    int sum = 0;
                    for (int x = left; x < right; x++) {
                        sum += sums[r][k][x];
                    }
                    out[(r * columns + c) * 3 + k] = (byte) ((sum + n / 2) / n);
                }
            }
        }
        return out;
    }
}
