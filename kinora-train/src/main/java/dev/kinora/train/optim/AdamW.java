package dev.kinora.train.optim;

import dev.kinora.tensor.Device;
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
    /** Weights at a time on a CPU: what is computed on the way to them stays in its caches. */
    private static final long PIECE = 1 << 17;

    private final FlatWeights all;
    private final Tensor weights;
    private final Tensor gradients;
    private final Tensor first;
    private final Tensor second;
    private final double beta1;
    private final double beta2;
    private final double eps;
    private final double weightDecay;
    private final TensorScope owner = TensorScope.owner("AdamW");
    private int step;

    /** An optimizer of all trained weights that are not updated as matrices. */
    AdamW(FlatWeights all, double beta1, double beta2, double eps, double weightDecay) {
        this.all = all;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.eps = eps;
        this.weightDecay = weightDecay;
        long n = all.trainedEnd() - all.matricesEnd();
        this.weights =
                owner.adopt(TensorScope.compute(() -> all.weights().detach().narrow(0, all.matricesEnd(), n)));
        this.gradients = owner.adopt(TensorScope.compute(() -> all.gradients().narrow(0, all.matricesEnd(), n)));
        this.first = owner.adopt(TensorScope.compute(() -> Tensors.zerosLike(gradients)));
        this.second = owner.adopt(TensorScope.compute(() -> Tensors.zerosLike(gradients)));
    }

    /** One update from the gradients; matrices decay, vectors (biases, norms) do not. */
    void step(double rate) {
        step++;
        double correction1 = 1 - Math.pow(beta1, step);
        double correction2 = Math.sqrt(1 - Math.pow(beta2, step));
        long n = weights.numel();
        long piece = weights.device().type() == Device.Type.CPU ? PIECE : Math.max(1, n);
        long decayed = weightDecay > 0 ? all.decayedEnd() - all.matricesEnd() : 0;
        Grad.off(() -> {
            for (long at = 0; at < n; ) {
                // weights that decay and weights that do not are parted
                long end = Math.min(at < decayed ? decayed : n, at + piece);
                long from = at;
                TensorScope.run("AdamW", () -> {
                    Tensor w = weights.narrow(0, from, end - from);
                    Tensor g = gradients.narrow(0, from, end - from);
                    Tensor m = first.narrow(0, from, end - from);
                    Tensor v = second.narrow(0, from, end - from);
                    if (from < decayed) {
                        w.mul_(1 - rate * weightDecay);
                    }
                    m.lerp_(g, 1 - beta1);
                    v.mul_(beta2).add_(g.square().mul_(1 - beta2));
                    Tensor denominator = v.sqrt().div_(correction2).add_(eps);
                    w.sub_(m.div(denominator).mul_(rate / correction1));
                });
                at = end;
            }
        });
    }

    int steps() {
        return step;
    }

    /** The moments by name, to be saved; views in the open scope. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(all.named("exp_avg.", first, all.matricesEnd()));
        state.putAll(all.named("exp_avg_sq.", second, all.matricesEnd()));
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
