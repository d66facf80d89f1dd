package dev.kinora.models.lora;

import dev.kinora.tensor.DType;
import dev.kinora.tensor.Tensor;
import dev.kinora.tensor.TensorScope;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.CheckpointException;
import dev.kinora.weights.Config;
import dev.kinora.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA file, mapped: for each layer two thin matrices whose product is added to the layer's weight. Forms read: PEFT
 * and diffusers ({@code transformer.….lora_A.weight}, alpha in the header's {@code lora_adapter_metadata}), PEFT's own
 * folder ({@code adapter_config.json}), older diffusers ({@code lora.down.weight}), kohya
 * ({@code lora_unet_….lora_down.weight} with one {@code alpha} per layer). Where no alpha is told it is the rank.
 */
public final class LoraFile {
    private static final List<String> NAMES = List.of("pytorch_lora_weights.safetensors", "adapter_model.safetensors");
    private static final List<String> COMPONENTS = List.of("transformer", "unet", "text_encoder", "text_encoder_2");

    private final Checkpoint checkpoint;
    private final Map<String, Layer> layers;

    private LoraFile(Checkpoint checkpoint, Map<String, Layer> layers) {
        this.checkpoint = checkpoint;
        this.layers = layers;
    }

    /**
     * One adapted layer.
     *
     * @param path the layer's path in its model, as far as the file tells it
     * @param component {@code transformer}, {@code unet}, …, or null where the file does not say
     * @param flat whether the path has underscores where the model's has dots
     * @param down key of the matrix [rank, in] or [rank, in, k, k]
     * @param up key of the matrix [out, rank] or [out, rank, 1, 1]
     * @param rank the rank
     * @param scaling what the product is multiplied by: alpha / rank
     */
    public record Layer(
            String path, @Nullable String component, boolean flat, String down, String up, long rank, double scaling) {}

    /**
     * Opens a file, or the LoRA file in a folder.
     *
     * @throws CheckpointException if it is not a safetensors file, holds something other than LoRA layers, lacks one
     *     half of a layer, or uses what is not supported (DoRA, LoRA biases, LoHa and its kin)
     */
    public static LoraFile open(Path path) throws IOException {
        Path file = path;
        if (Files.isDirectory(path)) {
            file = NAMES.stream()
                    .map(path::resolve)
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(
                            () -> CheckpointException.of(path.toString(), "files", "none of them", "one of " + NAMES));
        }
        Checkpoint checkpoint = Checkpoint.open(file, "", Arena.ofAuto());
        return new LoraFile(checkpoint, layers(checkpoint, file));
    }

    private static Map<String, Layer> layers(Checkpoint checkpoint, Path file) throws IOException {
        Map<String, EnumMap<LoraKey.Part, String>> parts = new LinkedHashMap<>();
        Map<String, Boolean> flat = new LinkedHashMap<>();
        List<String> foreign = new ArrayList<>();
        for (String name : checkpoint.names()) {
            LoraKey key = LoraKey.parse(name);
            if (key == null || key.part() == LoraKey.Part.UNSUPPORTED) {
                foreign.add(name);
                continue;
            }
            String twice = parts.computeIfAbsent(key.layer(), k -> new EnumMap<>(LoraKey.Part.class))
                    .put(key.part(), name);
            if (twice != null) {
                throw CheckpointException.of(checkpoint.where(), name, "beside " + twice, "one form of each layer");
            }
            flat.put(key.layer(), key.flat());
        }
        if (!foreign.isEmpty()) {
            throw CheckpointException.of(
                    checkpoint.where(),
                    "keys",
                    foreign.subList(0, Math.min(5, foreign.size())) + " and in all " + foreign.size(),
                    "LoRA factors and alphas only");
        }
        Map<String, Layer> layers = new LinkedHashMap<>();
        Map<String, LoraMetadata> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, EnumMap<LoraKey.Part, String>> e : parts.entrySet()) {
            String component = component(e.getKey());
            String at = component == null ? "" : component;
            if (!metadata.containsKey(at)) {
                metadata.put(at, metadata(checkpoint, file, component));
            }
            layers.put(
                    e.getKey(),
                    layer(
                            checkpoint,
                            e.getKey(),
                            component,
                            Boolean.TRUE.equals(flat.get(e.getKey())),
                            e.getValue(),
                            Objects.requireNonNull(metadata.get(at))));
        }
        if (layers.isEmpty()) {
            throw CheckpointException.of(checkpoint.where(), "layers", 0, "a LoRA file");
        }
        return layers;
    }

    private static @Nullable String component(String layer) {
        return COMPONENTS.stream()
                .filter(c -> layer.startsWith(c + "."))
                .findFirst()
                .orElse(null);
    }

    private static LoraMetadata metadata(Checkpoint checkpoint, Path file, @Nullable String component)
            throws IOException {
        String json = checkpoint.metadata(LoraMetadata.KEY);
        if (json != null) {
            Config config = Config.parse(checkpoint.where() + "#" + LoraMetadata.KEY, json);
            String prefix = component == null ? "" : component + ".";
            boolean prefixed = config.keys().stream().anyMatch(k -> k.startsWith(prefix));
            return LoraMetadata.read(config, prefixed ? prefix : "");
        }
        Path beside = file.resolveSibling("adapter_config.json");
        return Files.exists(beside) && String.valueOf(file.getFileName()).startsWith("adapter_model")
                ? LoraMetadata.read(Config.read(beside), "")
                : LoraMetadata.NONE;
    }

    private static Layer layer(
            Checkpoint checkpoint,
            String name,
            @Nullable String component,
            boolean flat,
            EnumMap<LoraKey.Part, String> parts,
            LoraMetadata metadata) {
        String down = parts.get(LoraKey.Part.DOWN);
        String up = parts.get(LoraKey.Part.UP);
        if (down == null || up == null) {
            throw CheckpointException.of(
                    checkpoint.where(), name, parts.values(), "both factors, lora_A (down) and lora_B (up)");
        }
        TensorInfo a = checkpoint.info(down);
        TensorInfo b = checkpoint.info(up);
        if (a.shape().size() < 2
                || b.shape().size() != a.shape().size()
                || !a.shape().getFirst().equals(b.shape().get(1))
                || a.shape().getFirst() < 1) {
            throw CheckpointException.of(
                    checkpoint.where(), down, a.shape() + " under " + b.shape(), "[rank, in, …] under [out, rank, …]");
        }
        long rank = a.shape().getFirst();
        String path = component == null ? name : name.substring(component.length() + 1);
        String alphaKey = parts.get(LoraKey.Part.ALPHA);
        Double alpha = alphaKey == null ? null : (Double) scalar(checkpoint, alphaKey);
        return new Layer(path, component, flat, down, up, rank, metadata.scaling(path, rank, alpha));
    }

    private static double scalar(Checkpoint checkpoint, String key) {
        TensorInfo info = checkpoint.info(key);
        if (info.elements() != 1) {
            throw CheckpointException.of(checkpoint.where(), key, info.shape(), "one number");
        }
        return TensorScope.compute(() -> checkpoint.tensor(key).to(DType.FP32).item());
    }

    /** The file. */
    public String where() {
        return checkpoint.where();
    }

    /** The adapted layers, in the order of the file. */
    public Collection<Layer> layers() {
        return Collections.unmodifiableCollection(layers.values());
    }

    /** A factor in the open scope, as it is stored. */
    Tensor tensor(String key) {
        return checkpoint.tensor(key);
    }

    long[] shape(String key) {
        return checkpoint.info(key).dims();
    }
}
