package dev.kinora.models.internal;

import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A diffusers component's folder: {@code config.json} and {@code diffusion_pytorch_model.safetensors}, or its shards. */
public final class ComponentFiles {
    private static final String CONFIG = "config.json";
    private static final String STEM = Checkpoint.STEMS.getFirst();

    /** Stem of the weight files that transformers writes. */
    public static final String TRANSFORMERS = Checkpoint.STEMS.getLast();

    private ComponentFiles() {}

    /** The folder's config. */
    public static Config config(Path folder) throws IOException {
        return Config.read(folder.resolve(CONFIG));
    }

    /** Weights as stored where {@code dtype} is null, else converted to it. */
    public static StrictLoader loader(@Nullable DType dtype) {
        return dtype == null ? StrictLoader.asStored() : StrictLoader.as(dtype);
    }

    /**
     * Builds a model from the folder's config and fills it from the folder's weights.
     *
     * @param variant such as {@code fp16}; empty for none
     */
    public static <M extends AutoCloseable> M load(
            Path folder,
            String variant,
            StrictLoader loader,
            Function<Config, M> build,
            Function<M, ParameterSet> parameters)
            throws IOException {
        M model = build.apply(config(folder));
        ParameterSet set = parameters.apply(model);
        boolean loaded = false;
        try {
            loader.load(Checkpoint.open(folder, variant, Arena.ofAuto()), set);
            loaded = true;
            return model;
        } finally {
            if (!loaded) {
                set.close();
            }
        }
    }

    /** Writes config and weights; in the weights' own types where {@code storedAs} is null. */
    public static void save(Path folder, Config config, ParameterSet parameters, @Nullable DType storedAs)
            throws IOException {
        save(folder, STEM, config, parameters, storedAs);
    }

    /** The same with weight files of another stem. */
    public static void save(Path folder, String stem, Config config, ParameterSet parameters, @Nullable DType storedAs)
            throws IOException {
        Files.createDirectories(folder);
        // Without this text transformers refuses the file.
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        if (storedAs == null) {
            writer.addAll(parameters);
        } else {
            writer.addAll(parameters, storedAs);
        }
        writer.writeSharded(folder, stem, "", SafetensorsWriter.DEFAULT_SHARD_BYTES);
        config.write(folder.resolve(CONFIG));
    }
}
