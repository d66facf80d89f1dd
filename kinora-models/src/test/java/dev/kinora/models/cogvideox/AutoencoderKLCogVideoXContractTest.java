package dev.kinora.models.cogvideox;

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

class AutoencoderKLCogVideoXContractTest extends ModelContract<AutoencoderKLCogVideoX> {
    protected static List<Path> folders() {
        return Stream.of("2b", "1.5-5b-i2v")
                .map(v -> Goldens.path("cogvideox/" + v + "/vae"))
                .toList();
    }

    @Override
    protected AutoencoderKLCogVideoX load(Path folder, String variant, StrictLoader loader) throws IOException {
        return AutoencoderKLCogVideoX.load(folder, variant, loader);
    }

    @Override
    protected ParameterSet parameters(AutoencoderKLCogVideoX model) {
        return model.parameters();
    }

    @Override
    protected void save(AutoencoderKLCogVideoX model, Path folder, @Nullable DType storedAs) throws IOException {
        model.save(folder, storedAs);
    }

    @Override
    protected Tensor input(AutoencoderKLCogVideoX model, Rng rng, long batch) {
        return rng.randn(DType.FP32, batch, model.config().inChannels(), 9, 16, 16);
    }

    @Override
    protected Tensor output(AutoencoderKLCogVideoX model, Tensor input) {
        return model.decode(model.encode(input, VaeOptions.DEFAULT).mode(), VaeOptions.DEFAULT);
    }

    @Override
    protected Path refused() {
        return Goldens.path("cogvideox/2b/vae");
    }
}
