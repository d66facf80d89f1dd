package dev.kinora.curate.picture;

/**
 * Black rows and columns at the edges, as shares of height and width. A line is black where its mean luma is below 24
 * and 95 of 100 of its pixels are below 40: letterboxes carry ringing, and now and then a logo's glow.
 */
record Borders(double left, double right, double top, double bottom) {
    private static final double MEAN = 24;
    private static final int PIXEL = 40;
    private static final double SHARE = 0.95;

    static Borders of(byte[] luma, int w, int h) {
        int top = 0;
        while (top < h && black(luma, top * w, 1, w)) {
            top++;
        }
        int bottom = 0;
        while (bottom < h - top && black(luma, (h - 1 - bottom) * w, 1, w)) {
            bottom++;
        }
        int left = 0;
        while (left < w && black(luma, left, w, h)) {
            left++;
        }
        int right = 0;
        while (right < w - left && black(luma, w - 1 - right, w, h)) {
            right++;
        }
        return new Borders((double) left / w, (double) right / w, (double) top / h, (double) bottom / h);
    }

    /**
     * What they leave of a picture, in pixels: left, top, and the first column and row beyond it; all of it where they
     * leave less than a quarter, or the picture is dark altogether and has none.
     */
    int[] inside(int w, int h) {
        int l = (int) Math.round(left * w);
        int t = (int) Math.round(top * h);
        int r = w - (int) Math.round(right * w);
        int b = h - (int) Math.round(bottom * h);
        boolean enough = r - l > 2 && b - t > 2 && 4L * (r - l) * (b - t) >= (long) w * h;
        return enough ? new int[] {l, t, r, b} : new int[] {0, 0, w, h};
    }

    private static boolean black(byte[] luma, int from, int step, int n) {
        long sum = 0;
        int low = 0;
        for (int i = 0, at = from; i < n; i++, at += step) {
            int v = luma[at] & 255;
            sum += v;
            low += v < PIXEL ? 1 : 0;
        }
        return sum < MEAN * n && low >= SHARE * n;
    }
}
