package dev.kinora.cli;

import dev.kinora.train.DitTrainConfig;
import dev.kinora.train.DitTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a transformer with its text encoder. */
@Command(
        name = "dit",
        header = "Train a diffusion transformer and its text encoder on cached latents.",
        description = {"", "With --export the result is a whole checkpoint in the diffusers layout."},
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train dit runs/dit --vae vae --latents runs/latents --steps 20000 --export mine",
            "  kinora train dit runs/dit --vae vae --latents runs/latents          (continues)",
            "  kinora generate \"a red ball bounces on a green meadow\" --model mine"
        })
final class TrainDitCommand extends Action {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--vae",
            paramLabel = "FOLDER",
            required = true,
            description = "The autoencoder that made the latents.")
    private Path vae = Path.of("");

    @Option(
            names = "--latents",
            paramLabel = "CACHE",
            required = true,
            description = "What kinora train latents wrote.")
    private Path latents = Path.of("");

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of training with the settings that made kinora-mini.")
    private @Nullable Integer steps;

    @Option(names = "--frames", paramLabel = "N", description = "Frames of a clip before encoding. Default: 17.")
    private int frames = 17;

    @Mixin
    private TrainingRun run = new TrainingRun();

    @Option(
            names = "--export",
            paramLabel = "FOLDER",
            description = "Write the whole checkpoint in the diffusers layout when done.")
    private @Nullable Path export;

    @Override
    Report run() throws IOException {
        run.applyThreads();
        DitTrainConfig config = steps == null ? run.config(folder, DitTrainConfig.class) : DitTrainConfig.mini(steps);
        if (config == null) {
            throw refuse("--steps", "none", "a number, or --config, for a new run");
        }
        TrainingRun.Lines lines = new TrainingRun.Lines(console(), interrupts());
        try (DitTrainer trainer = DitTrainer.open(folder, config, latents, vae, frames)) {
            trainer.train(lines);
            if (export != null) {
                trainer.export(export, Map.of("kinora", Build.version()));
            }
            return new TrainingRun.Trained(folder, trainer.numel(), lines.last(), export);
        }
    }
}
