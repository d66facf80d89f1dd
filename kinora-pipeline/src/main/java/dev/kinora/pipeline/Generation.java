package dev.kinora.pipeline;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorBundle;
import java.util.List;

/**
 * What a request became.
 *
 * @param latents the last latents in diffusers' layout [1, F, C, H, W], scaled, before decoding; in CogVideoX 1.5 with
 *     the frame that is added in front of an odd count
 * @param frames uint8 [T, height, width, 3]
 * @param provenance from what it was made; its {@code inputs} and frame rate are the caller's to fill
 */
public record Generation(Tensor latents, Tensor frames, Provenance provenance) implements TensorBundle {
    @Override
    public List<Tensor> tensors() {
        return List.of(latents, frames);
    }
}
