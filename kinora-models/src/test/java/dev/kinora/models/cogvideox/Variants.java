package dev.kinora.models.cogvideox;

import dev.kinora.tensor.DType;
import dev.kinora.testkit.Goldens;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The tiny checkpoints under testdata, one for each released kind. */
final class Variants {
    private Variants() {}

    static CogVideoXTransformer3DModel transformer(String variant, @Nullable DType dtype) throws IOException {
        return CogVideoXTransformer3DModel.load(Goldens.path("cogvideox/" + variant + "/transformer"), dtype);
    }

    static AutoencoderKLCogVideoX vae(String variant, @Nullable DType dtype) throws IOException {
        return AutoencoderKLCogVideoX.load(Goldens.path("cogvideox/" + variant + "/vae"), dtype);
    }
}
