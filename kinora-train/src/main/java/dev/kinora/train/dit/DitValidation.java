package dev.kinora.train.dit;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The loss at fixed noise levels with fixed noise on clips that are not trained on: every shape counts alike, and so does
 * every latent; and, where that is known, the same in what the clips are about.
 *
 * @param clips of every shape
 */
record DitValidation(int clips, DitBatches batches, DitModel model, DitLoss loss, Device device) {
    /** {@code validation_LEVEL} of each level, their mean, and the mean error in the foreground. */
    Map<String, Double> run() {
        return Grad.off(() -> {
            Map<String, Double> values = new LinkedHashMap<>();
            double[] levels = loss.validationLevels();
            double total = 0;
            double inside = 0;
            for (double level : levels) {
                double sum = 0;
                for (int g = 0; g < batches.groups(); g++) {
                    double[] errors = errors(g, level);
                    sum += errors[0];
                    inside += errors[1];
                }
                values.put("validation_" + (int) level, sum / batches.groups());
                total += sum / batches.groups();
            }
            values.put("validation", total / levels.length);
            if (!Double.isNaN(inside)) {
                values.put("validation_foreground", inside / levels.length / batches.groups());
            }
            return values;
        });
    }

    /** The mean error of a shape's clips, and that in their foreground: NaN where it is not known. */
    private double[] errors(int group, double level) {
        int atOnce = Math.min(clips, batches.microBatch(group));
        double[] sums = new double[2];
        for (int from = 0; from < clips; from += atOnce) {
            int n = Math.min(atOnce, clips - from);
            try (TensorScope ignored = TensorScope.open("validate");
                    Rng rng = new Rng(((long) level) * 1_000_003 + group * 1009L + from, device)) {
                DitBatches.Batch b = batches.validation(group, from, n);
                double[] levels = new double[n];
                Arrays.fill(levels, level);
                DitLoss.Problem problem = loss.problem(b, levels, false, rng);
                Tensor predicted = loss.predicted(model, b.text(), problem);
                Tensor shares = b.foreground();
                double share = (double) n / clips;
                sums[0] += share * problem.error(predicted).item();
                sums[1] += shares == null
                        ? Double.NaN
                        : share * problem.errorIn(shares, predicted).item();
            }
        }
        return sums;
    }
}
