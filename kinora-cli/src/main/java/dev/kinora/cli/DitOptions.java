package dev.kinora.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.train.DitObjective;
import dev.kinora.train.DitTrainConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
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
                            + " of a rectified flow (diffusers' CogVideoX pipelines cannot).")
    private DitObjective.@Nullable Target target;

    @Option(
            names = "--shift",
            paramLabel = "S",
            description = "More noise where above 1: divides signal-to-noise ratios, or moves a flow's times.")
    private @Nullable Double shift;

    @Option(names = "--min-snr", paramLabel = "GAMMA", description = "Min-SNR weights; 5 is usual, 0 is none.")
    private @Nullable Double minSnr;

    @Option(
            names = "--timesteps",
            paramLabel = "KIND",
            converter = TimestepConverter.class,
            description = "uniform, explicit-uniform (an equal interval for each clip of a step) or logit-normal.")
    private DitObjective.@Nullable Timestep timesteps;

    @Option(
            names = "--text-dropout",
            paramLabel = "P",
            description = "How often a clip's text is left out, 0 to 1: guidance needs some.")
    private @Nullable Double textDropout;

    @Option(
            names = "--first-frame",
            negatable = true,
            description = "Learn image to video: the clip's first frame is a condition.")
    private @Nullable Boolean firstFrame;

    @Option(names = "--image-dropout", paramLabel = "P", description = "How often that condition is left out, 0 to 1.")
    private @Nullable Double imageDropout;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description =
                    "Tokens of a step, text included: a step has as many clips of one size and length as make so many.")
    private @Nullable Integer tokens;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            description = "Compute a step in so many parts: an Nth of the memory, the same gradients.")
    private @Nullable Integer accumulate;

    @Option(
            names = "--checkpointing",
            negatable = true,
            description = "Compute blocks again for the backward pass: a third more time, a fraction of the memory.")
    private @Nullable Boolean checkpointing;

    @Option(names = "--rate", paramLabel = "R", description = "Peak learning rate.")
    private @Nullable Double rate;

    @Option(names = "--warmup", paramLabel = "N", description = "Steps until the peak is reached.")
    private @Nullable Integer warmup;

    @Option(
            names = "--muon",
            negatable = true,
            description = "Update matrices by Muon (the default of kinora-mini) or, with --no-muon, all by AdamW.")
    private @Nullable Boolean muon;

    @Option(names = "--weight-decay", paramLabel = "W", description = "Decoupled weight decay.")
    private @Nullable Double weightDecay;

    @Option(names = "--ema", paramLabel = "D", description = "Decay of the averaged weights, which are exported.")
    private @Nullable Double ema;

    @Option(names = "--bf16", negatable = true, description = "Matrix products in bfloat16, or --no-bf16 in fp32.")
    private @Nullable Boolean bf16;

    @Option(names = "--validation-clips", paramLabel = "N", description = "Clips of every shape kept from training.")
    private @Nullable Integer validationClips;

    @Option(names = "--report-every", paramLabel = "N", description = "Steps between lines of metrics.")
    private @Nullable Integer reportEvery;

    @Option(names = "--save-every", paramLabel = "N", description = "Steps between checkpoints.")
    private @Nullable Integer saveEvery;

    @Option(names = "--sample-every", paramLabel = "N", description = "Steps between contact sheets.")
    private @Nullable Integer sampleEvery;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Of weights, order of clips, noise.")
    private @Nullable Long seed;

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

    /** The recipe with whatever was asked for in its place. */
    DitTrainConfig applyTo(DitTrainConfig base) {
        ObjectNode c = JSON.valueToTree(base);
        ObjectNode model = (ObjectNode) c.get("model");
        set(model, "layers", layers);
        set(model, "heads", heads);
        set(model, "textLayers", textLayers);
        set(model, "textDim", textWidth);
        set(model, "frames", frames);
        ObjectNode objective = (ObjectNode) c.get("objective");
        set(objective, "target", target);
        set(objective, "shift", shift);
        set(objective, "minSnr", minSnr);
        set(objective, "timesteps", timesteps);
        set(objective, "textDropout", textDropout);
        set(objective, "firstFrame", firstFrame);
        set(objective, "imageDropout", imageDropout);
        ObjectNode optimizer = (ObjectNode) c.get("optimizer");
        ObjectNode learningRate = (ObjectNode) optimizer.get("rate");
        set(learningRate, "peak", rate);
        set(learningRate, "warmup", warmup);
        set(optimizer, "muon", muon);
        set(optimizer, "weightDecay", weightDecay);
        set(optimizer, "ema", ema);
        set(c, "tokensPerStep", tokens);
        set(c, "accumulate", accumulate);
        set(c, "checkpointing", checkpointing);
        set(c, "bf16", bf16);
        set(c, "validationClips", validationClips);
        set(c, "reportEvery", reportEvery);
        set(c, "saveEvery", saveEvery);
        set(c, "sampleEvery", sampleEvery);
        set(c, "seed", seed);
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

    private static void set(ObjectNode node, String name, @Nullable Object value) {
        if (value != null) {
            node.set(name, JSON.valueToTree(value));
        }
    }
}
