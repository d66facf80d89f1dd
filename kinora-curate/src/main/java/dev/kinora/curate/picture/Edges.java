package dev.kinora.curate.picture;

/**
 * Flatness and edges. Screens, slides and titles are flat between edges that run along the axes; cameras see noise and
 * slants.
 *
 * @param flat share of pixels that differ from the right and the lower neighbour by at most 1
 * @param strong share of pixels with a Sobel gradient above a quarter of the full step
 * @param axis of those, the share within 3 degrees of an axis; NaN where there are fewer than 1 in 1,000
 */
record Edges(double flat, double strong, double axis) {
    private static final int STRONG = 255;
    private static final double SLOPE = Math.tan(Math.toRadians(3));

    static Edges of(byte[] p, int w, int h) {
        long flat = 0;
        long strong = 0;
        long axis = 0;
        for (int y = 1; y < h - 1; y++) {
            for (int x = 1; x < w - 1; x++) {
                int i = y * w + x;
                int v = p[i] & 255;
                int right = p[i + 1] & 255;
                int below = p[i + w] & 255;
                if (Math.abs(v - right) <= 1 && Math.abs(v - below) <= 1) {
                    flat++;
                }
                int nw = p[i - w - 1] & 255;
                int ne = p[i - w + 1] & 255;
                int sw = p[i + w - 1] & 255;
                int se = p[i + w + 1] & 255;
                int gx = Math.abs(ne + 2 * right + se - nw - 2 * (p[i - 1] & 255) - sw);
                int gy = Math.abs(sw + 2 * below + se - nw - 2 * (p[i - w] & 255) - ne);
                if (gx + gy > STRONG) {
                    strong++;
                    if (Math.min(gx, gy) <= SLOPE * Math.max(gx, gy)) {
                        axis++;
                    }
                }
            }
        }
        double n = Math.max(1.0, (double) (w - 2) * (h - 2));
        return new Edges(flat / n, strong / n, strong < n / 1000 ? Double.NaN : (double) axis / strong);
    }
}
