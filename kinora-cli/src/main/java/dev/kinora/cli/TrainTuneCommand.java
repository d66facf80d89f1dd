package dev.kinora.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains all weights of a checkpoint's transformer further. */
@Command(
        name = "tune",
        header = "Train a CogVideoX checkpoint's transformer further: all its weights.",
        description = {
            "",
            "The text encoder stays as it is: its states of all captions are computed once and kept in "
                    + "RUN/text. The latents must be made with the checkpoint's own autoencoder and tokenizer. --export "
                    + "writes the whole checkpoint in the diffusers layout, stored in the types it was stored in."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train latents runs/mine --model CogVideoX-2b --clips 500 --shape 720x480x49",
            "  kinora train tune runs/tuned --model CogVideoX-2b --latents runs/mine --steps 300 --export tuned"
        })
final class TrainTuneCommand extends Action {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Mixin
    private FineTuneOptions options = new FineTuneOptions();

    @Option(
            names = "--export",
            paramLabel = "FOLDER",
            description = "Write the checkpoint with the averaged weights when done.")
    private @Nullable Path export;

    @Override
    Report run() throws IOException {
        return options.train(this, folder, null, export);
    }
}
