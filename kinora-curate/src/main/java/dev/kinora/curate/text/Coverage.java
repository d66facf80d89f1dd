package dev.kinora.curate.text;

import java.util.List;

/** The area that boxes cover together, counted on a grid so that what overlaps counts once. */
final class Coverage {
    private static final int GRID = 200;

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
}
