package dev.kinora.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.Device;
import dev.kinora.train.dit.DitObjective;
import dev.kinora.train.dit.DitTrainConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What of a transformer's recipe can be changed from the command line. */
final class DitOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--layers", paramLabel = "N", description = "Blocks of the transformer.")
    private @Nullable Integer layers;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, 64 channels wide each.")
    private @Nullable Integer heads;

    @Option(names = "--text-layers", paramLabel = "N", description = "Blocks of the text encoder.")
    private @Nullable Integer textLayers;

    @Option(names = "--text-width", paramLabel = "N", description = "Width of the text encoder, a multiple of 64.")
    private @Nullable Integer textWidth;

    @Option(names = "--frames", paramLabel = "N", description = "Frames of a video where none are asked for.")
    private @Nullable Integer frames;

    @Option(
            names = "--target",
            paramLabel = "velocity|flow",
            converter = TargetConverter.class,
            description =
                    "What is predicted: the velocity of CogVideoX's schedule (diffusers can run the result), or that"
                            + " of a rectified flow (kinora generate can, diffusers' CogVideoX pipelines cannot).")
    private DitObjective.@Nullable Target target;

    @Option(
            names = "--shift",
            paramLabel = "S",
            description = "More noise where above 1: divides signal-to-noise ratios, or moves a flow's times.")
    private @Nullable Double shift;

    @Option(
            names = "--timesteps",
            paramLabel = "KIND",
            converter = TimestepConverter.class,
            description = "uniform, explicit-uniform (an equal interval for each clip of a step) or logit-normal.")
    private DitObjective.@Nullable Timestep timesteps;

    @Option(
            names = "--first-frame",
            negatable = true,
            description = "Learn image to video: the clip's first frame is a condition.")
    private @Nullable Boolean firstFrame;

    @Mixin
    private RecipeOptions recipe = new RecipeOptions();

    /** Reads a target. */
    static final class TargetConverter implements ITypeConverter<DitObjective.Target> {
        @Override
        public DitObjective.Target convert(String text) {
            return constant(DitObjective.Target.class, text);
        }
    }

    /** Reads a way to draw timesteps. */
    static final class TimestepConverter implements ITypeConverter<DitObjective.Timestep> {
        @Override
        public DitObjective.Timestep convert(String text) {
            return constant(DitObjective.Timestep.class, text);
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        List<String> names = new ArrayList<>();
        for (E value : EnumSet.allOf(type)) {
            String name = value.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(text)) {
                return value;
            }
            names.add(name);
        }
        throw new TypeConversionException(String.join(" or ", names));
    }

    /** Has a new run compute in what the machine is fast in, where nothing was asked for. */
    void choosePrecision(Device on, Console console) {
        recipe.choosePrecision(on, console);
    }

    /** The recipe with whatever was asked for in its place. */
    DitTrainConfig applyTo(DitTrainConfig base) {
        ObjectNode c = JSON.valueToTree(base);
        ObjectNode model = (ObjectNode) c.get("model");
        RecipeOptions.set(model, "layers", layers);
        RecipeOptions.set(model, "heads", heads);
        RecipeOptions.set(model, "textLayers", textLayers);
        RecipeOptions.set(model, "textDim", textWidth);
        RecipeOptions.set(model, "frames", frames);
        ObjectNode objective = (ObjectNode) c.get("objective");
        RecipeOptions.set(objective, "target", target);
        RecipeOptions.set(objective, "shift", shift);
        RecipeOptions.set(objective, "timesteps", timesteps);
        RecipeOptions.set(objective, "firstFrame", firstFrame);
        recipe.applyTo(c);
        try {
            return JSON.treeToValue(c, DitTrainConfig.class);
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause();
            throw new CommandException(
                    cause instanceof IllegalArgumentException
                            ? String.valueOf(cause.getMessage())
                            : e.getOriginalMessage(),
                    e);
        }
    }
}
