package dev.kinora.models.clip;

import dev.kinora.models.ModelContract;
import dev.kinora.models.Stored;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.tensor.Tensor;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

class ClipModelContractTest extends ModelContract<ClipModel> {
    protected static List<Path> folders() {
        return Stream.of("both", "both_gelu")
                .map(v -> Goldens.path("clip/" + v))
                .toList();
    }

    @Override
    protected ClipModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        return ClipModel.load(folder, variant, loader);
    }

    @Override
    protected ParameterSet parameters(ClipModel model) {
        return model.parameters();
    }

    @Override
    protected void save(ClipModel model, Path folder, @Nullable DType storedAs) throws IOException {
        model.save(folder, storedAs);
    }

    @Override
    protected Tensor input(ClipModel model, Rng rng, long batch) {
        int side = model.config().vision().imageSize();
        return rng.randn(DType.FP32, batch, 3, side, side);
    }

    @Override
    protected Tensor output(ClipModel model, Tensor input) {
        Tensor ids = Stored.open("clip/both/golden.safetensors").get("input_ids");
        return model.logitsPerImage(model.imageEmbeds(input), model.textEmbeds(ids, null));
    }

    @Override
    protected Path refused() {
        return Goldens.path("clip/both");
    }
}
