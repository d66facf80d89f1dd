package dev.kinora.train;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Muon (Jordan et al. 2024): momentum whose matrices are brought near the closest orthogonal ones by five Newton-Schulz
 * iterations, so that every direction of a layer learns at the same pace. Kernels are matrices of [out, in · k]. Updates
 * are scaled to the size that AdamW's have (Liu et al. 2025, arXiv 2502.16982), so that both share one learning rate.
 */
final class Muon implements AutoCloseable {
    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;
    private static final int ITERATIONS = 5;
    private static final double ADAM_RMS = 0.2;

    private final Map<String, Parameter> parameters;
    private final double momentum;
    private final double weightDecay;
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final TensorScope owner = TensorScope.owner("Muon");

    Muon(Map<String, Parameter> parameters, double momentum, double weightDecay) {
        this.parameters = new LinkedHashMap<>(parameters);
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        TensorScope.run(
                "Muon",
                () -> this.parameters.forEach((name, p) -> buffers.put(
                        name, owner.adopt(Tensors.zerosLike(p.value().detach())))));
    }

    /** Whether a parameter is a matrix that turns features into features: not a table, not a vector. */
    static boolean suits(Parameter p) {
        long rows = p.shape()[0];
        return p.shape().length >= 2
                && Math.min(rows, p.numel() / rows) >= 8
                && !p.key().endsWith("shared.weight")
                && !p.key().contains("relative_attention_bias");
    }

    /** One update from the gradients. */
    void step(double rate) {
        Grad.off(() -> parameters.forEach((name, p) -> TensorScope.run("Muon", () -> update(name, p, rate))));
    }

    private void update(String name, Parameter p, double rate) {
        Tensor g = p.value().grad();
        Tensor buffer = buffers.get(name);
        if (g == null || buffer == null) {
            return;
        }
        buffer.mul_(momentum).add_(g);
        Tensor ahead = g.add(buffer.mul(momentum)); // Nesterov
        Tensor matrix = ahead.reshape(p.shape()[0], -1);
        double scale = ADAM_RMS * Math.sqrt(Math.max(matrix.size(0), matrix.size(1)));
        Tensor update = orthogonal(matrix).reshape(p.shape());
        if (weightDecay > 0) {
            p.value().mul_(1 - rate * weightDecay);
        }
        p.value().sub_(update.to(DType.FP32).mul(rate * scale));
    }

    /** Singular values brought near 1: [n, m] to [n, m] in bf16. */
    static Tensor orthogonal(Tensor matrix) {
        boolean tall = matrix.size(0) > matrix.size(1);
        Tensor x = (tall ? matrix.transpose(0, 1) : matrix);
        x = x.div(x.norm().add(1e-7)).to(DType.BF16).contiguous();
        for (int i = 0; i < ITERATIONS; i++) {
            Tensor gram = x.matmul(x.transpose(0, 1));
            Tensor polynomial = gram.mul(B).add_(gram.matmul(gram).mul_(C));
            x = x.mul(A).add_(polynomial.matmul(x));
        }
        return tall ? x.transpose(0, 1) : x;
    }

    /** The momenta by name, to be saved. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        buffers.forEach((k, t) -> state.put("momentum." + k, t));
        return state;
    }

    @Override
    public void close() {
        owner.close();
    }
}
