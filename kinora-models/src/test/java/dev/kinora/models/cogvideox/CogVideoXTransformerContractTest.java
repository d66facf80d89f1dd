package dev.kinora.models.cogvideox;

import dev.kinora.models.ModelContract;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

class CogVideoXTransformerContractTest extends ModelContract<CogVideoXTransformer3DModel> {
    private static final long FRAMES = 2;

    protected static List<Path> folders() {
        return Stream.of("2b", "5b", "5b-i2v", "1.5-5b", "1.5-5b-i2v", "native")
                .map(v -> Goldens.path("cogvideox/" + v + "/transformer"))
                .toList();
    }

    @Override
    protected CogVideoXTransformer3DModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        return CogVideoXTransformer3DModel.load(folder, variant, loader);
    }

    @Override
    protected ParameterSet parameters(CogVideoXTransformer3DModel model) {
        return model.parameters();
    }

    @Override
    protected void save(CogVideoXTransformer3DModel model, Path folder, @Nullable DType storedAs) throws IOException {
        model.save(folder, storedAs);
    }

    /** Latents and text of one sample in a row each. */
    @Override
    protected Tensor input(CogVideoXTransformer3DModel model, Rng rng, long batch) {
        CogVideoXConfig c = model.config();
        long latents = FRAMES * c.inChannels() * c.sampleHeight() * c.sampleWidth();
        return rng.randn(DType.FP32, batch, latents + (long) c.maxTextSeqLength() * c.textEmbedDim());
    }

    @Override
    protected Tensor output(CogVideoXTransformer3DModel model, Tensor input) {
        CogVideoXConfig c = model.config();
        long b = input.size(0);
        long n = (long) c.maxTextSeqLength() * c.textEmbedDim();
        Tensor latents = input.narrow(1, 0, input.size(1) - n)
                .reshape(b, FRAMES, c.inChannels(), c.sampleHeight(), c.sampleWidth());
        Tensor text = input.narrow(1, input.size(1) - n, n).reshape(b, c.maxTextSeqLength(), c.textEmbedDim());
        return model.forward(
                latents,
                text,
                Tensors.full(499, DType.INT64, b),
                c.ofsEmbedDim() == null ? null : Tensors.full(2, DType.FP32, 1),
                model.rotaryEmbedding(FRAMES, c.sampleHeight(), c.sampleWidth()));
    }

    @Override
    protected Path refused() {
        return Goldens.path("cogvideox/2b/transformer");
    }
}
