package dev.kinora.curate.picture;

/**
 * How much more a picture steps across the lines of an eight-pixel grid than elsewhere: block codecs that lack bits
 * leave their grid behind. The grid may lie anywhere, since pictures get cropped; a scaled one shows nothing.
 */
final class Blockiness {
    private static final int GRID = 8;

    private Blockiness() {}

    /** Mean step across the strongest of the eight line positions over the mean of the others, less 1; both axes' mean. */
    static double of(byte[] luma, int w, int h) {
        if (w < 3 * GRID || h < 3 * GRID) {
            return Double.NaN;
        }
        double[] across = new double[GRID];
        double[] down = new double[GRID];
        for (int y = 0; y < h - 1; y++) {
            int row = y * w;
            double sum = 0;
            for (int x = 0; x < w - 1; x++) {
                int v = luma[row + x] & 255;
                across[x % GRID] += Math.abs(v - (luma[row + x + 1] & 255));
                sum += Math.abs(v - (luma[row + x + w] & 255));
            }
            down[y % GRID] += sum;
        }
        return (excess(across, w - 1, h - 1) + excess(down, h - 1, w - 1)) / 2;
    }

    private static double excess(double[] sums, int along, int lines) {
        double total = 0;
        double strongest = 0;
        for (int k = 0; k < GRID; k++) {
            int n = along / GRID + (k < along % GRID ? 1 : 0);
            sums[k] /= (double) n * lines;
            total += sums[k];
            strongest = Math.max(strongest, sums[k]);
        }
        double others = (total - strongest) / (GRID - 1);
        // A twentieth of a grey level: a flat picture has no grid.
        return (strongest + 0.05) / (others + 0.05) - 1;
    }
}
