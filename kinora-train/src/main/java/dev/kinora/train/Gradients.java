package dev.kinora.train;

import dev.kinora.nn.Parameter;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What is done to all gradients at once. */
final class Gradients {
    private Gradients() {}

    /** Scales all gradients so that their common norm is at most {@code limit}; returns the norm before. */
    static double clip(Collection<Parameter> parameters, double limit) {
        return Grad.off(() -> {
            try (TensorScope ignored = TensorScope.open("clip")) {
                List<Tensor> gradients = new ArrayList<>();
                List<Tensor> norms = new ArrayList<>();
                for (Parameter p : parameters) {
                    Tensor g = p.value().grad();
                    if (g != null) {
                        gradients.add(g);
                        norms.add(g.norm());
                    }
                }
                double norm =
                        Tensors.stack(0, norms.toArray(Tensor[]::new)).norm().item();
                if (norm > limit && Double.isFinite(norm)) {
                    gradients.forEach(g -> g.mul_(limit / (norm + 1e-6)));
                }
                return norm;
            }
        });
    }

    static void clear(Collection<Parameter> parameters) {
        parameters.forEach(p -> p.value().clearGrad());
    }
}
