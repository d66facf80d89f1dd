package dev.kinora.curate.motion;

import java.util.ArrayList;
import java.util.List;

/**
 * How much a camera shakes: the root mean square of what is left of its velocity when the mean over the second around is
 * taken off. A cut is no movement: each stretch between jumps is taken by itself. A shift that few vectors agree on is no
 * camera's; where that is so for more than half of the time, nothing is said.
 */
final class Shake {
    /** Readings without which nothing is said. */
    private static final int FEWEST = 4;

    /** Share of the vectors that have to agree on a shift. */
    private static final double AGREED = 0.25;

    /** Seconds to either side over which the path is smoothed. */
    private static final double NEAR = 0.5;

    private Shake() {}

    /**
     * In short sides a second; NaN where the camera is known too seldom.
     *
     * @param readings of {@link FlowReading}, in order of time
     */
    static double of(List<double[]> readings) {
        double sum = 0;
        int n = 0;
        List<double[]> stretch = new ArrayList<>();
        for (double[] r : readings) {
            if (r[FlowReading.JUMPED] > 0) {
                sum += squares(stretch);
                n += stretch.size();
                stretch.clear();
            } else if (r[FlowReading.AGREEMENT] >= AGREED) {
                stretch.add(r);
            }
        }
        sum += squares(stretch);
        n += stretch.size();
        return n < Math.max(FEWEST, readings.size() / 2.0) ? Double.NaN : Math.sqrt(sum / n);
    }

    private static double squares(List<double[]> stretch) {
        double sum = 0;
        for (double[] r : stretch) {
            double x = 0;
            double y = 0;
            int near = 0;
            for (double[] o : stretch) {
                if (Math.abs(o[FlowReading.TIME] - r[FlowReading.TIME]) <= NEAR) {
                    x += o[FlowReading.CAMERA_X];
                    y += o[FlowReading.CAMERA_Y];
                    near++;
                }
            }
            double dx = r[FlowReading.CAMERA_X] - x / near;
            double dy = r[FlowReading.CAMERA_Y] - y / near;
            sum += dx * dx + dy * dy;
        }
        return sum;
    }
}
