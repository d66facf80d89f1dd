package dev.kinora.models.cogvideox;

import dev.kinora.nn.Init;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.TensorScope;

/** How a new transformer's weights are drawn. */
public enum CogVideoXInit {
    /** As torch draws each new layer, which is what diffusers leaves a new model with. */
    DEFAULT {
        @Override
        Init init(Parameter p) {
            return p.init();
        }
    },
    /**
     * adaLN-Zero (DiT, arXiv 2212.09748): every block begins as the identity and the prediction as zero. Projections are
     * Xavier-uniform with zero bias, the time embedding is normal with deviation 0.02, modulations and the last layer
     * are zero.
     */
    ADALN_ZERO {
        @Override
        Init init(Parameter p) {
            String key = p.key();
            long[] shape = p.shape();
            boolean weight = key.endsWith(".weight");
            if (!p.isTrainable() || key.matches(".*norm(_q|_k|_final|\\d?\\.norm|_out\\.norm)\\.(weight|bias)")) {
                return p.init();
            }
            if (!weight || key.startsWith("proj_out.") || key.matches(".*norm(1|2|_out)\\.linear\\.weight")) {
                return Init.ZEROS;
            }
            if (key.startsWith("time_embedding.") || key.startsWith("ofs_embedding.")) {
                return Init.normal(0.02);
            }
            long in = p.numel() / shape[0];
            return Init.uniform(Math.sqrt(6.0 / (in + shape[0])));
        }
    };

    abstract Init init(Parameter p);

    void initialize(ParameterSet parameters, Rng rng) {
        for (Parameter p : parameters.all()) {
            parameters.bind(p.key(), TensorScope.compute(() -> init(p).draw(rng, p.shape())));
        }
    }
}
