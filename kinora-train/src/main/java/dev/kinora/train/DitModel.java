package dev.kinora.train;

import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXInit;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.text.T5Config;
import dev.kinora.text.T5EncoderModel;
import java.util.LinkedHashMap;
import java.util.Map;

/** Text encoder and transformer of one run, trained together. */
final class DitModel implements AutoCloseable {
    private static final int HEAD = 64;

    private final T5EncoderModel text;
    private final CogVideoXTransformer3DModel transformer;

    /**
     * Fresh weights.
     *
     * @param latents [Z, f, h, w] of the clips
     * @param frames of the clips, before encoding
     */
    DitModel(DitTrainConfig c, int vocabulary, long[] latents, int frames, Rng rng) {
        text = new T5EncoderModel(textConfig(c, vocabulary));
        text.parameters().initialize(rng);
        for (Parameter p : text.parameters().all()) {
            // T5 attends without a scale: the scale is in its first weights
            if (p.key().endsWith("SelfAttention.q.weight")) {
                Grad.off(() -> {
                    p.value().mul_(1 / Math.sqrt(HEAD));
                });
            }
        }
        transformer = new CogVideoXTransformer3DModel(transformerConfig(c, latents, frames), Names.root());
        transformer.initialize(rng, CogVideoXInit.ADALN_ZERO);
    }

    private static T5Config textConfig(DitTrainConfig c, int vocabulary) {
        return new T5Config(
                vocabulary,
                c.textDim(),
                HEAD,
                4 * c.textDim(),
                c.textLayers(),
                c.textDim() / HEAD,
                16,
                32,
                1e-6,
                T5Config.FeedForward.RELU);
    }

    private static CogVideoXConfig transformerConfig(DitTrainConfig c, long[] latents, int frames) {
        return new CogVideoXConfig(
                c.heads(),
                HEAD,
                (int) latents[0],
                (int) latents[0],
                true,
                0,
                c.timeEmbedDim(),
                null,
                c.textDim(),
                c.layers(),
                0,
                true,
                (int) latents[3],
                (int) latents[2],
                frames,
                2,
                null,
                4,
                c.textLength(),
                "gelu-approximate",
                "silu",
                true,
                1e-5,
                1,
                1,
                false,
                false,
                true);
    }

    /** By the names that the components have in a checkpoint. */
    Map<String, ParameterSet> parameters() {
        Map<String, ParameterSet> sets = new LinkedHashMap<>();
        sets.put("text_encoder", text.parameters());
        sets.put("transformer", transformer.parameters());
        return sets;
    }

    T5EncoderModel text() {
        return text;
    }

    CogVideoXTransformer3DModel transformer() {
        return transformer;
    }

    /** ids [B, N], noisy latents [B, F, C, H, W], timesteps [B] to the predicted velocity, like the latents. */
    Tensor forward(Tensor ids, Tensor noisy, Tensor timesteps) {
        return transformer.forward(noisy, text.forward(ids), timesteps, null, null);
    }

    @Override
    public void close() {
        text.close();
        transformer.close();
    }
}
