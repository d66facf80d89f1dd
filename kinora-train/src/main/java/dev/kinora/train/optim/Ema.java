package dev.kinora.train.optim;

import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import java.util.Map;

/** A running average of weights: {@code e = d e + (1 - d) w}, where d rises as (1 + n) / (10 + n) up to a limit. */
public final class Ema implements AutoCloseable {
    private final FlatWeights all;
    private final Tensor averages;
    private final TensorScope owner = TensorScope.owner("EMA");
    private final double limit;

    Ema(FlatWeights all, double limit) {
        this.all = all;
        this.limit = limit;
        this.averages = owner.adopt(TensorScope.compute(() -> all.weights().copy()));
    }

    /** Takes in the weights after update number {@code step}. */
    void update(int step) {
        double decay = Math.min(limit, (1.0 + step) / (10.0 + step));
        Grad.off(() -> TensorScope.run("EMA", () -> averages.lerp_(all.weights(), 1 - decay)));
    }

    /** Work for which averages stand in. */
    @FunctionalInterface
    public interface Work<X extends Exception> {
        /** Does it. */
        void run() throws X;
    }

    /** Runs the body with the averages in the place of the weights, and puts the weights back. */
    public <X extends Exception> void during(Work<X> body) throws X {
        swap();
        try {
            body.run();
        } finally {
            swap();
        }
    }

    private void swap() {
        Grad.off(() -> TensorScope.run("EMA", () -> {
            Tensor copy = all.weights().copy();
            all.weights().copy_(averages);
            averages.copy_(copy);
        }));
        all.publish();
    }

    /** The averages by the weights' names, to be saved; views in the open scope. */
    Map<String, Tensor> state() {
        return all.named("", averages, 0);
    }

    @Override
    public void close() {
        owner.close();
    }
}
