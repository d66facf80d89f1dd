package dev.kinora.curate.picture;

/**
 * Flatness and edges. Screens, slides and titles are flat between edges that run along the axes; cameras see noise and
 * slants.
 *
 * @param flat share of pixels that differ from the right and the lower neighbour by at most 1, of those that no strong
 *     edge touches: in a small picture edges take more of the room
 * @param strong share of pixels with a Sobel gradient above a quarter of the full step
 * @param axis of those, the share within 3 degrees of an axis; NaN where there are fewer than 1 in 1,000
 */
record Edges(double flat, double strong, double axis) {
    private static final int STRONG = 255;
    private static final double SLOPE = Math.tan(Math.toRadians(3));

    /** Of a whole picture. */
    static Edges of(byte[] p, int w, int h) {
        return of(p, w, 0, 0, w, h);
    }

    /** Of a part of it, from {@code left, top} to before {@code right, bottom}; {@code w} columns a row. */
    static Edges of(byte[] p, int w, int left, int top, int right, int bottom) {
        int columns = right - left;
        boolean[] edge = new boolean[columns * (bottom - top)];
        long strong = 0;
        long axis = 0;
        for (int y = top + 1; y < bottom - 1; y++) {
            for (int x = left + 1; x < right - 1; x++) {
                int i = y * w + x;
                int nw = p[i - w - 1] & 255;
                int ne = p[i - w + 1] & 255;
                int sw = p[i + w - 1] & 255;
                int se = p[i + w + 1] & 255;
                int gx = Math.abs(ne + 2 * (p[i + 1] & 255) + se - nw - 2 * (p[i - 1] & 255) - sw);
                int gy = Math.abs(sw + 2 * (p[i + w] & 255) + se - nw - 2 * (p[i - w] & 255) - ne);
                if (gx + gy > STRONG) {
                    edge[(y - top) * columns + x - left] = true;
                    strong++;
                    if (Math.min(gx, gy) <= SLOPE * Math.max(gx, gy)) {
                        axis++;
                    }
                }
            }
        }
        long flat = 0;
        long plain = 0;
        for (int y = top + 1; y < bottom - 1; y++) {
            for (int x = left + 1; x < right - 1; x++) {
                int e = (y - top) * columns + x - left;
                if (edge[e] || edge[e - 1] || edge[e + 1] || edge[e - columns] || edge[e + columns]) {
                    continue;
                }
                plain++;
                int i = y * w + x;
                int v = p[i] & 255;
                if (Math.abs(v - (p[i + 1] & 255)) <= 1 && Math.abs(v - (p[i + w] & 255)) <= 1) {
                    flat++;
                }
            }
        }
        double n = Math.max(1.0, (double) (columns - 2) * (bottom - top - 2));
        return new Edges(
                flat / Math.max(1.0, plain), strong / n, strong < n / 1000 ? Double.NaN : (double) axis / strong);
    }
}
