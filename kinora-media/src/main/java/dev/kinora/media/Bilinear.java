package dev.kinora.media;

/**
 * {@code cv::resize} with {@code INTER_LINEAR} on 8-bit pixels, bit for bit: two taps an axis whatever the factor, in
 * fixed point of 11 bits, columns first. Exactly half the size is the mean of four pixels, as OpenCV has it.
 */
final class Bilinear {
    private static final int ONE = 1 << 11;

    private final int width;
    private final int height;
    private final boolean halved;
    private final Axis columns;
    private final Axis rows;

    /** Where the pixels come from, a row at a time. */
    interface Source {
        /** Goes to a row. */
        void seek(int y);

        /**
         * Reads pixels of the row.
         *
         * @param columns n source columns
         * @param planes red, green, blue, each [n], filled with 0..255
         */
        void take(int[] columns, int[][] planes);
    }

    /** One axis: the two taps of each place and their weights. */
    private static final class Axis {
        final int[] first;
        final int[] second;
        final int[] weights1;
        final int[] weights2;

        private Axis(int n) {
            first = new int[n];
            second = new int[n];
            weights1 = new int[n];
            weights2 = new int[n];
        }

        static Axis of(int from, int to) {
            Axis axis = new Axis(to);
            double scale = 1 / ((double) to / from);
            for (int i = 0; i < to; i++) {
                float at = (float) ((i + 0.5) * scale - 0.5);
                int tap = (int) Math.floor(at);
                float part = at - tap;
                if (tap < 0) {
                    tap = 0;
                    part = 0;
                }
                if (tap >= from - 1) {
                    tap = from - 1;
                    part = 0;
                }
                axis.first[i] = tap;
                axis.second[i] = Math.min(tap + 1, from - 1);
                axis.weights1[i] = (int) Math.rint((double) ((1f - part) * ONE));
                axis.weights2[i] = (int) Math.rint((double) (part * ONE));
            }
            return axis;
        }
    }

    Bilinear(int fromWidth, int fromHeight, int width, int height) {
        if (width < 1 || height < 1) {
            throw MediaException.badArgument("DecodedFrame", "size", width + "x" + height, "at least 1x1");
        }
        this.width = width;
        this.height = height;
        halved = fromWidth == 2 * width && fromHeight == 2 * height;
        columns = Axis.of(fromWidth, width);
        rows = Axis.of(fromHeight, height);
    }

    static Image resize(Image image, int width, int height) {
        if (image.width() == width && image.height() == height) {
            return image;
        }
        byte[] rgb = image.rgb();
        int stride = image.width() * 3;
        return new Bilinear(image.width(), image.height(), width, height).resize(new Source() {
            private int row;

            @Override
            public void seek(int y) {
                row = y * stride;
            }

            @Override
            public void take(int[] columns, int[][] planes) {
                for (int k = 0; k < columns.length; k++) {
                    int i = row + 3 * columns[k];
                    planes[0][k] = rgb[i] & 255;
                    planes[1][k] = rgb[i + 1] & 255;
                    planes[2][k] = rgb[i + 2] & 255;
                }
            }
        });
    }

    Image resize(Source source) {
        byte[] out = new byte[width * height * 3];
        int[][] left = new int[3][width];
        int[][] right = new int[3][width];
        int[][] upper = new int[3][width];
        int[][] lower = new int[3][width];
        int last = -1;
        for (int y = 0; y < height; y++) {
            int top = rows.first[y];
            int bottom = rows.second[y];
            if (top == last) {
                int[][] swap = upper;
                upper = lower;
                lower = swap;
            } else {
                line(source, top, left, right, upper);
            }
            if (bottom == top) {
                for (int c = 0; c < 3; c++) {
                    System.arraycopy(upper[c], 0, lower[c], 0, width);
                }
            } else {
                line(source, bottom, left, right, lower);
            }
            last = bottom;
            for (int c = 0; c < 3; c++) {
                if (halved) {
                    mean(upper[c], lower[c], left[c]);
                } else {
                    mix(upper[c], lower[c], rows.weights1[y], rows.weights2[y], left[c]);
                }
            }
            interleave(left[0], left[1], left[2], out, y * width * 3);
        }
        return Image.of(width, height, out);
    }

    /** A row of the source as weighted sums of two taps. */
    private void line(Source source, int y, int[][] left, int[][] right, int[][] out) {
        source.seek(y);
        source.take(columns.first, left);
        source.take(columns.second, right);
        for (int c = 0; c < 3; c++) {
            if (halved) {
                sum(left[c], right[c], out[c]);
            } else {
                blend(left[c], right[c], columns.weights1, columns.weights2, out[c]);
            }
        }
    }

    // Each loop over whole arrays at one index: the form that becomes vector code.

    private static void sum(int[] a, int[] b, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] + b[i];
        }
    }

    private static void blend(int[] a, int[] b, int[] u, int[] v, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] * u[i] + b[i] * v[i];
        }
    }

    private static void mean(int[] a, int[] b, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (a[i] + b[i] + 2) >> 2;
        }
    }

    private static void mix(int[] a, int[] b, int u, int v, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (((u * (a[i] >> 4)) >> 16) + ((v * (b[i] >> 4)) >> 16) + 2) >> 2;
        }
    }

    private static void interleave(int[] red, int[] green, int[] blue, byte[] out, int at) {
        int o = at;
        for (int x = 0; x < red.length; x++) {
            out[o] = (byte) red[x];
            out[o + 1] = (byte) green[x];
            out[o + 2] = (byte) blue[x];
            o += 3;
        }
    }

    boolean fits(int toWidth, int toHeight) {
        return width == toWidth && height == toHeight;
    }
}
