package dev.kinora.curate.text;

import java.util.List;

/** The area that boxes cover together, counted on a grid so that what overlaps counts once. */
final class Coverage {
    private static final int GRID = 200;

    private static final int NOISE = 12;

    private Coverage() {}

    /** Share of the picture, 0 to 1. */
    static double of(List<TextBox> boxes) {
        boolean[] covered = new boolean[GRID * GRID];
        int n = 0;
        for (TextBox b : boxes) {
            int top = Math.clamp((int) (b.top() * GRID), 0, GRID - 1);
            int bottom = Math.clamp((int) (b.bottom() * GRID), 0, GRID - 1);
            int left = Math.clamp((int) (b.left() * GRID), 0, GRID - 1);
            int right = Math.clamp((int) (b.right() * GRID), 0, GRID - 1);
            for (int y = top; y <= bottom; y++) {
                for (int x = left; x <= right; x++) {
                    int i = y * GRID + x;
                    if (!covered[i] && b.contains((x + 0.5) / GRID, (y + 0.5) / GRID)) {
                        covered[i] = true;
                        n++;
                    }
                }
            }
        }
        return (double) n / covered.length;
    }

    /**
     * How much of what is drawn lies under boxes: the sum of luma's steps there over that of the whole picture, 0 to 1;
     * steps of less than {@value #NOISE} grey levels are noise. NaN where nothing is drawn.
     */
    static double ofEdges(List<TextBox> boxes, byte[] luma, int w, int h) {
        long all = 0;
        long under = 0;
        for (int y = 0; y < h - 1; y++) {
            for (int x = 0; x < w - 1; x++) {
                int i = y * w + x;
                int v = luma[i] & 255;
                int step = Math.abs(v - (luma[i + 1] & 255)) + Math.abs(v - (luma[i + w] & 255));
                if (step >= NOISE) {
                    all += step;
                    double px = (x + 0.5) / w;
                    double py = (y + 0.5) / h;
                    under += boxes.stream().anyMatch(b -> b.contains(px, py)) ? step : 0;
                }
            }
        }
        return all == 0 ? Double.NaN : (double) under / all;
    }
}
