package dev.kinora.train;

import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXInit;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.cogvideox.RotaryEmbedding;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.text.T5Config;
import dev.kinora.text.T5EncoderModel;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text encoder and transformer of one run, trained together. */
final class DitModel implements AutoCloseable {
    private static final int HEAD = 64;

    private final T5EncoderModel text;
    private final CogVideoXTransformer3DModel transformer;
    private final Map<List<Long>, RotaryEmbedding> positions = new HashMap<>();
    private final TensorScope owner = TensorScope.owner("positions");

    /**
     * Fresh weights, on the device.
     *
     * @param shapes of the data: the largest is the largest that can be generated
     */
    DitModel(
            DitTrainConfig c,
            int vocabulary,
            int textLength,
            int channels,
            List<ClipShape> shapes,
            Device device,
            Rng rng) {
        text = new T5EncoderModel(textConfig(c.model(), vocabulary));
        text.parameters().initialize(rng);
        for (Parameter p : text.parameters().all()) {
            // T5 attends without a scale: the scale is in its first weights
            if (p.key().endsWith("SelfAttention.q.weight")) {
                Grad.off(() -> {
                    p.value().mul_(1 / Math.sqrt(HEAD));
                });
            }
        }
        transformer = new CogVideoXTransformer3DModel(transformerConfig(c, textLength, channels, shapes), Names.root());
        transformer.initialize(rng, CogVideoXInit.ADALN_ZERO);
        text.parameters().to(device);
        transformer.parameters().to(device);
    }

    private static T5Config textConfig(DitTrainConfig.Model c, int vocabulary) {
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

    private static CogVideoXConfig transformerConfig(
            DitTrainConfig c, int textLength, int channels, List<ClipShape> shapes) {
        DitTrainConfig.Model m = c.model();
        return new CogVideoXConfig(
                m.heads(),
                HEAD,
                c.objective().firstFrame() ? 2 * channels : channels,
                channels,
                true,
                0,
                m.timeEmbedDim(),
                null,
                m.textDim(),
                m.layers(),
                0,
                true,
                shapes.stream().mapToInt(ClipShape::latentWidth).max().orElseThrow(),
                shapes.stream().mapToInt(ClipShape::latentHeight).max().orElseThrow(),
                m.frames(),
                1,
                1,
                4,
                textLength,
                "gelu-approximate",
                "silu",
                true,
                1e-5,
                1,
                1,
                true,
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

    /** The rotary tables of a shape of latents [B, F, C, H, W], made once. */
    @Nullable
    RotaryEmbedding positions(Tensor latents) {
        List<Long> key = List.of(latents.size(1), latents.size(3), latents.size(4));
        return positions.computeIfAbsent(key, k -> {
            RotaryEmbedding made = transformer.rotaryEmbedding(k.get(0), k.get(1), k.get(2));
            if (made != null) {
                made.tensors().forEach(owner::adopt);
            }
            return made;
        });
    }

    /**
     * The prediction for every latent.
     *
     * @param input noisy latents, with the condition's channels where there is one: [B, F, C, H, W]
     * @param states of the text, [B, N, D]
     * @param timesteps [B]
     */
    Tensor forward(Tensor input, Tensor states, Tensor timesteps) {
        return transformer.forward(input.to(states.dtype()), states, timesteps, null, positions(input));
    }

    @Override
    public void close() {
        owner.close();
        text.close();
        transformer.close();
    }
}
