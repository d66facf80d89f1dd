package dev.kinora.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.Torch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What of any transformer's recipe can be changed from the command line. */
final class RecipeOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--min-snr", paramLabel = "GAMMA", description = "Min-SNR weights; 5 is usual, 0 is none.")
    private @Nullable Double minSnr;

    @Option(
            names = "--foreground-weight",
            paramLabel = "W",
            description = "How much more an error in what clips are about counts than one beside it; 1 treats all"
                    + " alike. The latents have to know: those of Toybox do.")
    private @Nullable Double foreground;

    @Option(
            names = "--text-dropout",
            paramLabel = "P",
            description = "How often a clip's text is left out, 0 to 1: guidance needs some.")
    private @Nullable Double textDropout;

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

    @Option(
            names = "--pack",
            negatable = true,
            description =
                    "Fill sequences with clips of whatever sizes come, each attending to itself, instead of batches of"
                            + " one size.")
    private @Nullable Boolean pack;

    @Mixin
    private OptimizerOptions optimizer = new OptimizerOptions();

    @Option(names = "--validation-clips", paramLabel = "N", description = "Clips of every shape kept from training.")
    private @Nullable Integer validationClips;

    @Option(names = "--sample-every", paramLabel = "N", description = "Steps between contact sheets.")
    private @Nullable Integer sampleEvery;

    private boolean withoutBf16;

    /** Has a new run compute in what the machine is fast in, where nothing was asked for. */
    void choosePrecision(Device on, Console console) {
        if (optimizer.bf16() == null && on.type() == Device.Type.CPU && !Torch.hasBf16()) {
            withoutBf16 = true;
            console.err().println("products in fp32: this processor has no instructions for bfloat16");
        }
    }

    /** Puts whatever was asked for into a recipe's fields. */
    void applyTo(ObjectNode recipe) {
        ObjectNode objective = (ObjectNode) recipe.get("objective");
        set(objective, "minSnr", minSnr);
        set(objective, "foreground", foreground);
        set(objective, "textDropout", textDropout);
        set(objective, "imageDropout", imageDropout);
        optimizer.applyTo(recipe);
        set(recipe, "tokensPerStep", tokens);
        set(recipe, "accumulate", accumulate);
        set(recipe, "checkpointing", checkpointing);
        set(recipe, "pack", pack);
        set(recipe, "bf16", withoutBf16 ? Boolean.FALSE : optimizer.bf16());
        set(recipe, "validationClips", validationClips);
        set(recipe, "sampleEvery", sampleEvery);
    }

    static void set(ObjectNode node, String name, @Nullable Object value) {
        if (value != null) {
            node.set(name, JSON.valueToTree(value));
        }
    }
}
