package dev.kinora.train.run;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Means of scalars over the steps between two reports, summed where the scalars are: a value is read back once a report
 * and not once a step, for which a GPU would have to stop. Part of a checkpoint, so that a report across a restart is
 * the same.
 */
public final class MetricSums implements AutoCloseable {
    private final Device device;
    private final Map<String, Tensor> sums = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private final TensorScope owner = TensorScope.owner("metrics");

    /** Sums of nothing yet, on the device that computes the values. */
    public MetricSums(Device device) {
        this.device = device;
    }

    /** Takes in one step's scalars, which must be outside any graph. */
    public void add(Map<String, Tensor> values) {
        values.forEach((name, value) -> {
            sum(name).add_(value);
            counts.merge(name, 1, Integer::sum);
        });
    }

    private Tensor sum(String name) {
        return sums.computeIfAbsent(
                name, k -> owner.adopt(TensorScope.compute(() -> Tensors.zeros(DType.FP64, device))));
    }

    /** The means since the last call, which starts anew. */
    public Map<String, Double> drain() {
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((name, sum) -> {
            int n = counts.getOrDefault(name, 0);
            if (n > 0) {
                means.put(name, sum.item() / n);
                sum.zero_();
            }
        });
        counts.clear();
        return means;
    }

    /** Sums and counts under the same names, to be saved; fp64 scalars. */
    public Map<String, Double> state() {
        Map<String, Double> state = new LinkedHashMap<>();
        counts.forEach((name, n) -> {
            state.put("sum." + name, sum(name).item());
            state.put("count." + name, (double) n);
        });
        return state;
    }

    /** Continues from a saved state. */
    public void restore(Map<String, Double> state) {
        state.forEach((name, value) -> {
            if (name.startsWith("sum.")) {
                sum(name.substring(4)).fill_(value);
            } else {
                counts.put(name.substring(6), value.intValue());
            }
        });
    }

    @Override
    public void close() {
        owner.close();
    }
}
