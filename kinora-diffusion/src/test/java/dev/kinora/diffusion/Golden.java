package dev.kinora.diffusion;

import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.Tensors;
import dev.kinora.testkit.Goldens;
import dev.kinora.weights.SafetensorsFile;
import dev.kinora.weights.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.Objects;

/** A golden file, read key by key into the open tensor scope. */
record Golden(String file) {
    Tensor get(String key) {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile open = SafetensorsFile.open(Goldens.path(file), arena);
            TensorInfo info = open.info(key);
            return Tensors.copyOf(
                    open.segment(key), Objects.requireNonNull(info.type().dtype()), info.dims());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
