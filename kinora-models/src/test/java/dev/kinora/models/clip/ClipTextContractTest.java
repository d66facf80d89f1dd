package dev.kinora.models.clip;

import dev.kinora.models.ModelContract;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

class ClipTextContractTest extends ModelContract<ClipTextModel> {
    protected static List<Path> folders() {
        return Stream.of("text", "text_projected")
                .map(v -> Goldens.path("clip/" + v))
                .toList();
    }

    @Override
    protected ClipTextModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        return ClipTextModel.load(folder, variant, loader);
    }

    @Override
    protected ParameterSet parameters(ClipTextModel model) {
        return model.parameters();
    }

    @Override
    protected void save(ClipTextModel model, Path folder, @Nullable DType storedAs) throws IOException {
        model.save(folder, storedAs);
    }

    @Override
    protected Tensor input(ClipTextModel model, Rng rng, long batch) {
        return rng.rand(DType.FP32, batch, model.config().maxPositionEmbeddings())
                .mul(model.config().vocabSize() - 1)
                .to(DType.INT64);
    }

    @Override
    protected Tensor output(ClipTextModel model, Tensor input) {
        ClipOutput out = model.forward(input);
        return out.embeds() == null ? out.pooled() : Objects.requireNonNull(out.embeds());
    }

    @Override
    protected Path refused() {
        return Goldens.path("clip/text");
    }
}
