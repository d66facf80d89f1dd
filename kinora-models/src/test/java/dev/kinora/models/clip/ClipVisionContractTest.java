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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

class ClipVisionContractTest extends ModelContract<ClipVisionModel> {
    protected static List<Path> folders() {
        return Stream.of("vision", "vision_gelu")
                .map(v -> Goldens.path("clip/" + v))
                .toList();
    }

    @Override
    protected ClipVisionModel load(Path folder, String variant, StrictLoader loader) throws IOException {
        return ClipVisionModel.load(folder, variant, loader);
    }

    @Override
    protected ParameterSet parameters(ClipVisionModel model) {
        return model.parameters();
    }

    @Override
    protected void save(ClipVisionModel model, Path folder, @Nullable DType storedAs) throws IOException {
        model.save(folder, storedAs);
    }

    @Override
    protected Tensor input(ClipVisionModel model, Rng rng, long batch) {
        int side = model.config().imageSize();
        return rng.randn(DType.FP32, batch, 3, side, side);
    }

    @Override
    protected Tensor output(ClipVisionModel model, Tensor input) {
        return model.embeds(input);
    }

    @Override
    protected Path refused() {
        return Goldens.path("clip/vision");
    }
}
