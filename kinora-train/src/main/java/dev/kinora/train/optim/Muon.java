package dev.kinora.train.optim;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
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

    private final FlatWeights all;
    private final Tensor weights;
    private final Tensor gradients;
    private final Tensor buffers;
    private final double momentum;
    private final double weightDecay;
    private final TensorScope owner = TensorScope.owner("Muon");

    /** An optimizer of the weights that are updated as matrices. */
    Muon(FlatWeights all, double momentum, double weightDecay) {
        this.all = all;
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.weights =
                owner.adopt(TensorScope.compute(() -> all.weights().detach().narrow(0, 0, all.matricesEnd())));
        this.gradients = owner.adopt(TensorScope.compute(() -> all.gradients().narrow(0, 0, all.matricesEnd())));
        this.buffers = owner.adopt(TensorScope.compute(() -> Tensors.zerosLike(gradients)));
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
        if (all.matricesEnd() == 0) {
            return;
        }
        for (FlatWeights.Matrices m : all.matrices()) {
            long atOnce = gradients.device().type() == Device.Type.CPU ? 1 : m.count();
            for (long from = 0; from < m.count(); from += atOnce) {
                long at = from;
                Grad.off(() -> TensorScope.run("Muon", () -> update(m, at, atOnce, rate)));
            }
        }
    }

    /** Some of a group: all for a GPU, which has few launches so; one for a CPU, in whose caches it stays. */
    private void update(FlatWeights.Matrices m, long from, long n, double rate) {
        Tensor gradient = m.of(gradients).narrow(0, from, n);
        Tensor buffer = m.of(buffers).narrow(0, from, n);
        Tensor weight = m.of(weights).narrow(0, from, n);
        buffer.mul_(momentum).add_(gradient);
        if (weightDecay > 0) {
            weight.mul_(1 - rate * weightDecay);
        }
        Tensor ahead = gradient.add(buffer.mul(momentum)); // Nesterov
        Tensor update = orthogonal(ahead.view(n, m.rows(), m.columns()));
        double scale = ADAM_RMS * Math.sqrt(Math.max(m.rows(), m.columns()));
        weight.sub_(update.to(DType.FP32).mul(rate * scale).reshape(n, m.rows() * m.columns()));
    }

    /** Singular values of every matrix brought near 1: [B, n, m] to [B, n, m] in bf16. */
    static Tensor orthogonal(Tensor matrices) {
        boolean tall = matrices.size(1) > matrices.size(2);
        Tensor x = tall ? matrices.transpose(1, 2) : matrices;
        Tensor norm = x.square().sum(true, 1, 2).sqrt().add(1e-7); // [B, 1, 1]
        x = x.div(norm).to(DType.BF16).contiguous();
        for (int i = 0; i < ITERATIONS; i++) {
            Tensor gram = x.bmm(x.transpose(1, 2));
            Tensor polynomial = gram.mul(B).add_(gram.bmm(gram).mul_(C));
            x = x.mul(A).add_(polynomial.bmm(x));
        }
        return tall ? x.transpose(1, 2) : x;
    }

    /** The momenta by name, to be saved; views in the open scope. */
    Map<String, Tensor> state() {
        return all.named("momentum.", buffers, 0);
    }

    @Override
    public void close() {
        owner.close();
    }
}
