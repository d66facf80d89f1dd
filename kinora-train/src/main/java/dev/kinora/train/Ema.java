package dev.kinora.train;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;

/** A running average of weights: {@code e = d e + (1 - d) w}, where d rises as (1 + n) / (10 + n) up to a limit. */
final class Ema implements AutoCloseable {
    private final Map<String, Parameter> parameters;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private final TensorScope owner = TensorScope.owner("EMA");
    private final double limit;

    Ema(Map<String, Parameter> parameters, double limit) {
        this.limit = limit;
        this.parameters = new LinkedHashMap<>(parameters);
        TensorScope.run(
                "EMA",
                () -> this.parameters.forEach(
                        (k, p) -> averages.put(k, owner.adopt(p.value().detach().copy()))));
    }

    /** Takes in the weights after update number {@code step}. */
    void update(int step) {
        double decay = Math.min(limit, (1.0 + step) / (10.0 + step));
        Grad.off(() -> TensorScope.run("EMA", () -> averages.forEach((k, e) -> e.lerp_(live(k).detach(), 1 - decay))));
    }

    /** Runs the body with the averages in the place of the weights, and puts the weights back. */
    void during(Runnable body) {
        swap();
        try {
            body.run();
        } finally {
            swap();
        }
    }

    private void swap() {
        Grad.off(() -> averages.forEach((k, e) -> TensorScope.run("EMA", () -> {
            Tensor weights = live(k).detach();
            Tensor copy = weights.copy();
            weights.copy_(e);
            e.copy_(copy);
        })));
    }

    private Tensor live(String key) {
        Parameter p = parameters.get(key);
        if (p == null) {
            throw new IllegalStateException("EMA: key = " + key + " (expected: one of the models' parameters)");
        }
        return p.value();
    }

    Map<String, Tensor> state() {
        return averages;
    }

    void restore(Map<String, Tensor> saved) {
        TensorFiles.restore("ema", averages, saved);
    }

    @Override
    public void close() {
        owner.close();
    }
}
