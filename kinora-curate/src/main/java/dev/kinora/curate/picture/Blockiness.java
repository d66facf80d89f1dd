package dev.kinora.curate.picture;

/**
 * How much more a picture steps across the lines of an eight-pixel grid than elsewhere: block codecs that lack bits
 * leave their grid behind. The grid may lie anywhere, since pictures get cropped; a scaled one shows nothing. A step
 * that goes on along its line for a quarter of the picture is an edge of what is shown (a colour bar, a window, a
 * slide), and counts nowhere: from block to block, what a codec leaves changes.
 */
final class Blockiness {
    private static final int GRID = 8;

    /** Least step, in grey levels, of an edge of what is shown. */
    private static final int SHARP = 8;

    /** Fewest blocks along which it has to go on. */
    private static final int BLOCKS = 4;

    private Blockiness() {}

    /** Mean step across the strongest of the eight line positions over the mean of the others, less 1; both axes' mean. */
    static double of(byte[] luma, int w, int h) {
        if (w < 3 * GRID || h < 3 * GRID) {
            return Double.NaN;
        }
        Steps across = new Steps(w - 1, Math.max(BLOCKS * GRID, h / 4));
        Steps down = new Steps(1, Math.max(BLOCKS * GRID, w / 4));
        for (int y = 0; y < h; y++) {
            int row = y * w;
            for (int x = 0; x < w - 1; x++) {
                int v = luma[row + x] & 255;
                across.add(x, x, Math.abs(v - (luma[row + x + 1] & 255)));
                if (y < h - 1) {
                    down.add(0, y, Math.abs(v - (luma[row + x + w] & 255)));
                }
            }
            down.endLines();
        }
        across.endLines();
        return (across.excess() + down.excess()) / 2;
    }

    /** Steps across lines, sorted by where on a grid the line lies. */
    private static final class Steps {
        private final double[] sum = new double[GRID];
        private final long[] count = new long[GRID];
        private final int longest;
        private final int[] run;
        private final long[] runSum;
        private final int[] runAt;

        /**
         * @param lines that are followed side by side
         * @param longest run of sharp steps that still counts
         */
        Steps(int lines, int longest) {
            this.longest = longest;
            run = new int[lines];
            runSum = new long[lines];
            runAt = new int[lines];
        }

        /**
         * The next step along a line.
         *
         * @param line of those that are followed
         * @param at where it lies in the picture
         */
        void add(int line, int at, int step) {
            int k = at % GRID;
            sum[k] += step;
            count[k]++;
            if (step >= SHARP) {
                run[line]++;
                runSum[line] += step;
                runAt[line] = k;
            } else if (run[line] > 0) {
                end(line);
            }
        }

        private void end(int line) {
            if (run[line] >= longest) {
                sum[runAt[line]] -= runSum[line];
                count[runAt[line]] -= run[line];
            }
            run[line] = 0;
            runSum[line] = 0;
        }

        void endLines() {
            for (int line = 0; line < run.length; line++) {
                end(line);
            }
        }

        double excess() {
            double total = 0;
            double strongest = 0;
            for (int k = 0; k < GRID; k++) {
                double mean = count[k] == 0 ? 0 : sum[k] / count[k];
                total += mean;
                strongest = Math.max(strongest, mean);
            }
            double others = (total - strongest) / (GRID - 1);
            // A twentieth of a grey level: a flat picture has no grid.
            return (strongest + 0.05) / (others + 0.05) - 1;
        }
    }
}
