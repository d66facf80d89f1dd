package dev.kinora.train;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter, 2019) over fp32 master weights, with the arithmetic of {@code torch.optim.AdamW}. Its
 * state is plain tensors, so that a run stopped at any step continues bit for bit.
 */
final class AdamW implements AutoCloseable {
    private final Map<String, Parameter> parameters;
    private final double beta1;
    private final double beta2;
    private final double eps;
    private final double weightDecay;
    private final Map<String, Tensor> first = new LinkedHashMap<>();
    private final Map<String, Tensor> second = new LinkedHashMap<>();
    private final TensorScope owner = TensorScope.owner("AdamW");
    private int step;

    AdamW(Map<String, Parameter> parameters, double beta1, double beta2, double eps, double weightDecay) {
        this.parameters = new LinkedHashMap<>(parameters);
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        this.weightDecay = weightDecay;
        TensorScope.run("AdamW", () -> {
            this.parameters.forEach((name, p) -> {
                first.put(name, owner.adopt(Tensors.zerosLike(p.value().detach())));
                second.put(name, owner.adopt(Tensors.zerosLike(p.value().detach())));
            });
        });
    }

    /** One update from the gradients; matrices decay, vectors (biases, norms) do not. */
    void step(double rate) {
        step++;
        double correction1 = 1 - Math.pow(beta1, step);
        double correction2 = Math.sqrt(1 - Math.pow(beta2, step));
        Grad.off(() -> {
            parameters.forEach(
                    (name, p) -> TensorScope.run("AdamW", () -> update(name, p, rate, correction1, correction2)));
        });
    }

    private void update(String name, Parameter p, double rate, double correction1, double correction2) {
        Tensor g = p.value().grad();
        Tensor m = first.get(name);
        Tensor v = second.get(name);
        if (g == null || m == null || v == null) {
            return;
        }
        if (weightDecay > 0 && p.shape().length > 1) {
            p.value().mul_(1 - rate * weightDecay);
        }
        m.lerp_(g, 1 - beta1);
        v.mul_(beta2).add_(g.square().mul_(1 - beta2));
        Tensor denominator = v.sqrt().div_(correction2).add_(eps);
        p.value().sub_(m.div(denominator).mul_(rate / correction1));
    }

    int steps() {
        return step;
    }

    /** The moments by name, to be saved. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        first.forEach((k, t) -> state.put("exp_avg." + k, t));
        second.forEach((k, t) -> state.put("exp_avg_sq." + k, t));
        return state;
    }

    /** Continues the count of steps, which corrects young moments. */
    void continueFrom(int steps) {
        step = steps;
    }

    @Override
    public void close() {
        owner.close();
    }
}
