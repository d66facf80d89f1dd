package dev.kinora.curate.dataset;

/**
 * Clips that a batch may mix: of about one size, aspect and duration.
 *
 * @param size of the short side: the largest of 0, 240, 360, 480, 720, 1080, 2160 that it reaches
 * @param aspect the nearest of 9x16, 3x4, 1x1, 4x3, 16x9 and 21x9, by ratio
 * @param duration the largest of 0, 2, 4, 8, 16 and 32 seconds that it reaches
 */
public record Bucket(int size, String aspect, int duration) {
    private static final int[] SIZES = {0, 240, 360, 480, 720, 1080, 2160};
    private static final String[] ASPECTS = {"9x16", "3x4", "1x1", "4x3", "16x9", "21x9"};
    private static final int[] DURATIONS = {0, 2, 4, 8, 16, 32};

    /** The bucket of a clip. */
    public static Bucket of(int width, int height, double seconds) {
        return new Bucket(
                floor(SIZES, Math.min(width, height)),
                aspect((double) width / height),
                floor(DURATIONS, seconds + 1e-6));
    }

    private static int floor(int[] steps, double value) {
        int found = steps[0];
        for (int s : steps) {
            found = value >= s ? s : found;
        }
        return found;
    }

    private static String aspect(double ratio) {
        String best = "1x1";
        double nearest = Double.MAX_VALUE;
        for (String a : ASPECTS) {
            int x = a.indexOf('x');
            double r = Double.parseDouble(a.substring(0, x)) / Double.parseDouble(a.substring(x + 1));
            double away = Math.abs(Math.log(ratio / r));
            if (away < nearest) {
                nearest = away;
                best = a;
            }
        }
        return best;
    }

    /** As in paths: {@code 480p-16x9-4s}. */
    public String label() {
        return "%dp-%s-%ds".formatted(size, aspect, duration);
    }
}
