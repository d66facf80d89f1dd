package dev.kinora.train.run;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Grad;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.tensor.Tensors;
import dev.kinora.weights.SafetensorsFile;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StoredType;
import dev.kinora.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Named tensors to safetensors files and back. */
public final class TensorFiles {
    private TensorFiles() {}

    /** Writes the tensors, converted to {@code dtype} where they are floating point. */
    public static void write(Path file, Map<String, Tensor> tensors, DType dtype, Map<String, String> metadata)
            throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        tensors.forEach((name, t) -> {
            DType as = t.dtype().isFloatingPoint() ? dtype : t.dtype();
            writer.add(
                    name,
                    StoredType.valueOf(as.safetensorsName()),
                    Arrays.stream(t.shape()).boxed().toList(),
                    to -> TensorScope.run(
                            "write",
                            () -> Grad.off(() -> {
                                Tensor plain = t.detach().to(Device.CPU).to(as).contiguous();
                                to.accept(plain.segment());
                            })));
        });
        writer.write(file);
    }

    /** All tensors of a file, copied into the open scope. */
    public static Map<String, Tensor> read(Path file) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile open = SafetensorsFile.open(file, arena);
            for (TensorInfo info : open.tensors().values()) {
                tensors.put(
                        info.name(),
                        Tensors.copyOf(
                                open.segment(info.name()),
                                DType.parse(info.type().name()),
                                info.shape().stream().mapToLong(Long::longValue).toArray()));
            }
        }
        return tensors;
    }

    /** Copies saved values into live tensors of the same names; any difference of names is refused. */
    public static void restore(String what, Map<String, Tensor> live, Map<String, Tensor> saved) {
        if (!live.keySet().equals(saved.keySet())) {
            throw new IllegalArgumentException(what + ": tensors = " + saved.size() + " saved (expected: the "
                    + live.size() + " of this configuration)");
        }
        Grad.off(() -> TensorScope.run(
                "restore", () -> live.forEach((k, t) -> t.detach().copy_(saved.getOrDefault(k, t)))));
    }
}
