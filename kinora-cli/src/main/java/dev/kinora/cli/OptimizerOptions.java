package dev.kinora.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How fast and how exactly a model learns, and how often it tells: what all trainings have. */
final class OptimizerOptions {
    @Option(names = "--rate", paramLabel = "R", description = "Peak learning rate.")
    private @Nullable Double rate;

    @Option(names = "--warmup", paramLabel = "N", description = "Steps until the peak is reached.")
    private @Nullable Integer warmup;

    @Option(
            names = "--rate-floor",
            paramLabel = "F",
            description = "What is left of the rate at the last step, as a part of its peak: 0 to 1.")
    private @Nullable Double rateFloor;

    @Option(
            names = "--muon",
            negatable = true,
            description = "Update matrices by Muon or, with --no-muon, all by AdamW.")
    private @Nullable Boolean muon;

    @Option(names = "--weight-decay", paramLabel = "W", description = "Decoupled weight decay.")
    private @Nullable Double weightDecay;

    @Option(names = "--ema", paramLabel = "D", description = "Decay of the averaged weights, which are exported.")
    private @Nullable Double ema;

    @Option(
            names = "--bf16",
            negatable = true,
            description =
                    "Products and convolutions in bfloat16, or --no-bf16 in fp32. Default of a new run: bfloat16 on"
                            + " a GPU and, but for autoencoders, on processors with instructions for it.")
    private @Nullable Boolean bf16;

    @Option(names = "--report-every", paramLabel = "N", description = "Steps between lines of metrics.")
    private @Nullable Integer reportEvery;

    @Option(names = "--save-every", paramLabel = "N", description = "Steps between checkpoints.")
    private @Nullable Integer saveEvery;

    @Option(
            names = {"-s", "--seed"},
            paramLabel = "N",
            description = "Of weights, order of clips, noise.")
    private @Nullable Long seed;

    /** What to compute in, if that was asked for. */
    @Nullable
    Boolean bf16() {
        return bf16;
    }

    /** Whether anything was asked for. */
    boolean given() {
        return Stream.of(rate, warmup, rateFloor, muon, weightDecay, ema, bf16, reportEvery, saveEvery, seed)
                .anyMatch(Objects::nonNull);
    }

    /** Puts what was asked for, but for the precision, into a config's fields. */
    void applyTo(ObjectNode config) {
        ObjectNode optimizer = (ObjectNode) config.get("optimizer");
        ObjectNode learningRate = (ObjectNode) optimizer.get("rate");
        RecipeOptions.set(learningRate, "peak", rate);
        RecipeOptions.set(learningRate, "warmup", warmup);
        RecipeOptions.set(learningRate, "floor", rateFloor);
        RecipeOptions.set(optimizer, "muon", muon);
        RecipeOptions.set(optimizer, "weightDecay", weightDecay);
        RecipeOptions.set(optimizer, "ema", ema);
        RecipeOptions.set(config, "reportEvery", reportEvery);
        RecipeOptions.set(config, "saveEvery", saveEvery);
        RecipeOptions.set(config, "seed", seed);
    }
}
