package dev.kinora.cli;

import dev.kinora.models.lora.LoraConfig;
import dev.kinora.train.dit.FineTuneConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a LoRA beside a checkpoint's transformer. */
@Command(
        name = "lora",
        header = "Train a LoRA for a CogVideoX checkpoint.",
        description = {
            "",
            "The checkpoint stays as it is, in the types it is stored in; two thin matrices beside each of the "
                    + "chosen layers learn. The latents must be made with the checkpoint's own autoencoder and tokenizer. "
                    + "--export writes a file that diffusers, PEFT and kinora generate --lora load."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train latents runs/mine --model CogVideoX-2b --clips 100 --shape 720x480x49",
            "  kinora train lora runs/lora --model CogVideoX-2b --latents runs/mine --steps 500 --export mine.safetensors",
            "  kinora generate \"a red ball\" --model CogVideoX-2b --lora mine.safetensors"
        })
final class TrainLoraCommand extends Action {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Option(names = "--lora-rank", paramLabel = "R", description = "Width of the thin matrices. Default: 16.")
    private int rank = 16;

    @Option(
            names = "--alpha",
            paramLabel = "A",
            description = "Their product is multiplied by alpha / rank. Default: the rank.")
    private @Nullable Double alpha;

    @Option(
            names = "--targets",
            paramLabel = "LAYER",
            split = ",",
            description = "Layers by path or its end, such as to_q,ff.net.2. Default: to_q,to_k,to_v,to_out.0.")
    private List<String> targets = LoraConfig.ATTENTION;

    @Mixin
    private FineTuneOptions options = new FineTuneOptions();

    @Option(
            names = "--export",
            paramLabel = "FILE",
            description = "Write the LoRA with the averaged weights when done, and its origin as FILE.json.")
    private @Nullable Path export;

    @Override
    Report run() throws IOException {
        return options.train(
                this, folder, new FineTuneConfig.LoraSettings(rank, alpha == null ? rank : alpha, targets), export);
    }
}
