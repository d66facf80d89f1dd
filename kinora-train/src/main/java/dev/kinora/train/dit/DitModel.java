package dev.kinora.train.dit;

import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.models.cogvideox.CogVideoXInit;
import dev.kinora.models.cogvideox.CogVideoXPack;
import dev.kinora.models.cogvideox.CogVideoXTransformer3DModel;
import dev.kinora.models.cogvideox.RotaryEmbedding;
import dev.kinora.models.lora.LoraConfig;
import dev.kinora.models.lora.TrainableLora;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.text.T5Config;
import dev.kinora.text.T5EncoderModel;
import dev.kinora.train.data.ClipShape;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one run trains: a new transformer with its text encoder, a checkpoint's transformer, or a LoRA beside that.
 */
final class DitModel implements AutoCloseable {
    private static final int HEAD = 64;

    /** The only value the offset embedding of 1.5 image to video was trained with. */
    private static final double OFS = 2;

    private final @Nullable T5EncoderModel text;
    private final CogVideoXTransformer3DModel transformer;
    private final @Nullable TrainableLora lora;
    private final Map<List<Long>, RotaryEmbedding> positions = new HashMap<>();
    private final TensorScope owner = TensorScope.owner("positions");

    private DitModel(
            @Nullable T5EncoderModel text, CogVideoXTransformer3DModel transformer, @Nullable TrainableLora lora) {
        this.text = text;
        this.transformer = transformer;
        this.lora = lora;
    }

    /**
     * Fresh weights, on the device.
     *
     * @param shapes of the data: the largest is the largest that can be generated
     */
    static DitModel fresh(
            DitTrainConfig c,
            int vocabulary,
            int textLength,
            int channels,
            List<ClipShape> shapes,
            Device device,
            Rng rng) {
        T5EncoderModel text = new T5EncoderModel(textConfig(c.model(), vocabulary));
        text.parameters().initialize(rng);
        for (Parameter p : text.parameters().all()) {
            // T5 attends without a scale: the scale is in its first weights
            if (p.key().endsWith("SelfAttention.q.weight")) {
                Grad.off(() -> {
                    p.value().mul_(1 / Math.sqrt(HEAD));
                });
            }
        }
        CogVideoXTransformer3DModel transformer =
                new CogVideoXTransformer3DModel(transformerConfig(c, textLength, channels, shapes), Names.root());
        transformer.initialize(rng, CogVideoXInit.ADALN_ZERO);
        text.parameters().to(device);
        transformer.parameters().to(device);
        return new DitModel(text, transformer, null);
    }

    /**
     * A checkpoint's transformer on the device, all of it trained, or beside a new LoRA.
     *
     * @param folder of the transformer
     * @param beside the type that weights which are not trained have
     */
    static DitModel tuned(
            Path folder, FineTuneConfig.@Nullable LoraSettings settings, DType beside, Device device, Rng rng)
            throws IOException {
        if (settings == null) {
            CogVideoXTransformer3DModel all = CogVideoXTransformer3DModel.load(
                    folder, "", StrictLoader.as(DType.FP32).copying());
            all.parameters().to(device);
            return new DitModel(null, all, null);
        }
        CogVideoXTransformer3DModel base = CogVideoXTransformer3DModel.load(folder, "", StrictLoader.as(beside));
        base.parameters().to(device);
        LoraConfig config = new LoraConfig(settings.rank(), settings.alpha(), settings.targetModules(), false);
        TrainableLora lora = TrainableLora.create(base.parameters(), config, rng);
        lora.parameters().to(device);
        return new DitModel(null, base, lora);
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
                c.recipe().objective().firstFrame() ? 2 * channels : channels,
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

    /** What is trained, by the names that the components have in a checkpoint. */
    Map<String, ParameterSet> parameters() {
        Map<String, ParameterSet> sets = new LinkedHashMap<>();
        if (lora != null) {
            sets.put("lora", lora.parameters());
            return sets;
        }
        if (text != null) {
            sets.put("text_encoder", text.parameters());
        }
        sets.put("transformer", transformer.parameters());
        return sets;
    }

    /** The text encoder that is trained too. */
    T5EncoderModel text() {
        return Objects.requireNonNull(text, "text encoder");
    }

    /** The LoRA that is trained. */
    TrainableLora lora() {
        return Objects.requireNonNull(lora, "lora");
    }

    CogVideoXTransformer3DModel transformer() {
        return transformer;
    }

    /** Text states [B, N, D] from what {@link DitBatches.Texts} gives. */
    Tensor states(Tensor given) {
        return text == null ? cast(given) : text.forward(given);
    }

    /** In the type of the weights. */
    Tensor cast(Tensor x) {
        return x.to(transformer.parameters().dtype());
    }

    /** The offset condition of 1.5 image to video, else null. */
    @Nullable
    Tensor ofs() {
        return transformer.config().ofsEmbedDim() == null
                ? null
                : cast(Tensors.full(OFS, DType.FP32, 1)
                        .to(transformer.parameters().device()));
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
        return transformer.forward(cast(input), states, timesteps, ofs(), positions(input));
    }

    /** The predictions for clips of several shapes in one sequence; see {@link #forward}. */
    List<Tensor> packed(List<DitLoss.Problem> problems, List<Tensor> given) {
        Tensor states = states(Tensors.cat(0, given)); // the text encoder runs once over all
        List<CogVideoXPack.Clips> clips = new ArrayList<>();
        long from = 0;
        for (DitLoss.Problem p : problems) {
            long n = p.input().size(0);
            clips.add(new CogVideoXPack.Clips(cast(p.input()), states.narrow(0, from, n), p.timesteps()));
            from += n;
        }
        return CogVideoXPack.forward(transformer, clips, ofs());
    }

    @Override
    public void close() {
        owner.close();
        if (lora != null) {
            lora.close();
        }
        if (text != null) {
            text.close();
        }
        transformer.close();
    }
}
