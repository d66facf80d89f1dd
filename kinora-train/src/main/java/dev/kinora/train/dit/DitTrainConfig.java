package dev.kinora.train.dit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.train.internal.Checks;
import dev.kinora.train.optim.LearningRate;
import dev.kinora.train.optim.OptimizerConfig;

/**
 * A diffusion transformer's training run, with its text encoder. Two runs of equal config and data give equal curves on
 * the same machine. In JSON the model stands beside the recipe's own fields.
 *
 * @param model sizes of the networks
 * @param recipe how they are trained
 */
public record DitTrainConfig(Model model, DitRecipe recipe) {
    private static final String MODEL = "model";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static DitTrainConfig of(ObjectNode json) throws JsonProcessingException {
        Checks.require(json.path(MODEL).isObject(), "dit training", MODEL, json.path(MODEL), "sizes of the networks");
        Model model = JSON.treeToValue(json.get(MODEL), Model.class);
        return new DitTrainConfig(model, JSON.treeToValue(json.deepCopy().without(MODEL), DitRecipe.class));
    }

    @JsonValue
    ObjectNode toJson() {
        ObjectNode json = JSON.valueToTree(recipe);
        json.set(MODEL, JSON.valueToTree(model));
        return json;
    }

    /**
     * Sizes of transformer and text encoder. Patches are one latent, in space and time; positions are counted, so that
     * any size up to the largest of the training data can be generated.
     *
     * @param layers blocks
     * @param heads of 64 channels each
     * @param timeEmbedDim width of the timestep's embedding
     * @param textDim width of the text encoder
     * @param textLayers blocks of the text encoder
     * @param frames of a video where none are asked for
     */
    public record Model(int layers, int heads, int timeEmbedDim, int textDim, int textLayers, int frames) {
        /** Checks the ranges. */
        public Model {
            Checks.require(layers > 0, "dit model", "layers", layers, "1 or more");
            Checks.require(heads > 0, "dit model", "heads", heads, "1 or more");
            Checks.require(timeEmbedDim > 0, "dit model", "time embedding", timeEmbedDim, "1 or more");
            Checks.require(textDim > 0 && textDim % 64 == 0, "dit model", "text width", textDim, "a multiple of 64");
            Checks.require(textLayers > 0, "dit model", "text layers", textLayers, "1 or more");
            Checks.require(frames > 0 && frames % 8 == 1, "dit model", "frames", frames, "8 k + 1");
        }
    }

    /** The run that made the transformer of kinora-mini. */
    public static DitTrainConfig mini(int steps) {
        int warmup = Math.min(300, steps / 10);
        return new DitTrainConfig(
                new Model(8, 5, 64, 192, 3, 17),
                new DitRecipe(
                        2,
                        DitObjective.velocity(),
                        65_536,
                        1,
                        false,
                        false,
                        16,
                        4,
                        30,
                        new OptimizerConfig(
                                new LearningRate(1e-3, warmup, steps, 0.02), true, 0.9, 0.95, 0.01, 1, 0.999),
                        true,
                        20,
                        500,
                        1000));
    }
}
