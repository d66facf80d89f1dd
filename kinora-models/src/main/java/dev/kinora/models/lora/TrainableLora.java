package dev.kinora.models.lora;

import dev.kinora.nn.Init;
import dev.kinora.nn.Names;
import dev.kinora.nn.Parameter;
import dev.kinora.nn.ParameterSet;
import dev.kinora.tensor.DType;
import dev.kinora.tensor.Rng;
import dev.kinora.weights.Checkpoint;
import dev.kinora.weights.Config;
import dev.kinora.weights.KeyTable;
import dev.kinora.weights.SafetensorsWriter;
import dev.kinora.weights.StrictLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A LoRA in training: attached to a model until closed, its factors in a parameter set of their own (fp32) for an
 * optimizer, and written as diffusers and PEFT read them.
 */
public final class TrainableLora implements AutoCloseable {
    private final LoraConfig config;
    private final ParameterSet parameters;
    private final List<Runnable> undo = new ArrayList<>();

    private TrainableLora(ParameterSet model, LoraConfig config) {
        this.config = config;
        Names root = Names.root();
        this.parameters = root.parameters();
        LoraMatch match = new LoraMatch(model, "");
        for (String path : match.paths()) {
            if (config.targets(path)) {
                long[] weight = match.weight(path).shape();
                long[] down = weight.clone();
                down[0] = config.rank();
                long[] up = weight.clone();
                java.util.Arrays.fill(up, 1);
                up[0] = weight[0];
                up[1] = config.rank();
                long fanIn = match.weight(path).numel() / weight[0];
                Names at = root.at(path);
                Parameter a = at.parameter("lora_A.weight", Init.fanIn(fanIn), down);
                Parameter b = at.parameter("lora_B.weight", Init.ZEROS, up);
                undo.add(Lora.attachTo(model, path, a::value, b::value, config.scaling()));
            }
        }
        if (undo.isEmpty()) {
            throw new IllegalArgumentException("LoraConfig: target_modules = " + config.targetModules()
                    + " (expected: layers of the model, such as " + LoraConfig.ATTENTION + ")");
        }
    }

    /** A new LoRA that changes nothing yet: random down, zero up. */
    public static TrainableLora create(ParameterSet model, LoraConfig config, Rng rng) {
        TrainableLora lora = new TrainableLora(model, config);
        lora.parameters.initialize(rng);
        return lora;
    }

    /**
     * Goes on from a file that {@link #save} wrote with the same config.
     *
     * @throws dev.kinora.weights.CheckpointException if it is another's; then the model is as it was
     */
    public static TrainableLora resume(ParameterSet model, LoraConfig config, Path file, String component)
            throws IOException {
        Checkpoint checkpoint = Checkpoint.open(file);
        TrainableLora lora = new TrainableLora(model, config);
        boolean loaded = false;
        try {
            StrictLoader.as(DType.FP32)
                    .copying()
                    .with(KeyTable.NONE.renamePrefix(component + ".", ""))
                    .load(checkpoint, lora.parameters);
            loaded = true;
            return lora;
        } finally {
            if (!loaded) {
                lora.close();
            }
        }
    }

    /** What it was made by. */
    public LoraConfig config() {
        return config;
    }

    /** Its factors, as {@code <layer>.lora_A.weight} and {@code <layer>.lora_B.weight}. */
    public ParameterSet parameters() {
        return parameters;
    }

    /**
     * Writes a file that diffusers and PEFT load, alpha included.
     *
     * @param component the model's name in the pipeline, such as {@code transformer}
     */
    public void save(Path file, String component, DType storedAs) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata(LoraMetadata.KEY, metadata(component).toJson());
        for (Parameter p : parameters.all()) {
            writer.add(component + "." + p.key(), p.value(), storedAs);
        }
        writer.write(file);
    }

    private Config metadata(String component) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("alpha_pattern", Map.of());
        fields.put("bias", "none");
        fields.put("fan_in_fan_out", false);
        fields.put("inference_mode", false);
        fields.put("init_lora_weights", true);
        fields.put(
                "lora_alpha",
                config.alpha() == Math.rint(config.alpha()) ? (Object) (int) config.alpha() : (Object) config.alpha());
        fields.put("lora_bias", false);
        fields.put("lora_dropout", 0.0);
        fields.put("peft_type", "LORA");
        fields.put("r", config.rank());
        fields.put("rank_pattern", Map.of());
        fields.put("target_modules", config.targetModules().stream().sorted().toList());
        fields.put("use_dora", false);
        fields.put("use_rslora", config.rsLora());
        Config json = Config.parse(LoraMetadata.KEY, "{}");
        for (Map.Entry<String, Object> e : fields.entrySet()) {
            json = json.with(component + "." + e.getKey(), e.getValue());
        }
        return json;
    }

    /** Takes it off the model and frees its factors. */
    @Override
    public void close() {
        undo.forEach(Runnable::run);
        undo.clear();
        parameters.close();
    }
}
