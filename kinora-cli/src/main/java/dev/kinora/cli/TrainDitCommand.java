package dev.kinora.cli;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.train.dit.DitTrainConfig;
import dev.kinora.train.dit.DitTrainer;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a transformer with its text encoder. */
@Command(
        name = "dit",
        header = "Train a diffusion transformer and its text encoder on cached latents.",
        description = {
            "",
            "Clips of many sizes and lengths train together: each step takes clips of one shape, as many as "
                    + "keep the tokens of a step about the same. RUN holds config.json, metrics.jsonl, curves.png, "
                    + "samples.png and a checkpoint; the same command continues a run that was stopped or killed, bit for "
                    + "bit. --export writes the averaged weights as a whole checkpoint in the diffusers layout."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train dit runs/dit --vae vae --latents runs/latents --steps 20000 --export mine",
            "  kinora train dit runs/dit --vae vae --latents runs/latents          (continues)",
            "  kinora train dit runs/dit --vae vae --latents runs/latents --steps 9000 --device cuda --cache-on-device",
            "  kinora train dit runs/dit --vae vae --latents runs/latents --processes 2",
            "  kinora train dit runs/flow --vae vae --latents runs/latents --steps 500 --layers 4 --tokens 8192 \\",
            "      --target flow --timesteps logit-normal",
            "  kinora generate \"a red ball bounces on a green meadow\" --model mine"
        })
final class TrainDitCommand extends Action {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Begin a run of so many steps by kinora-mini's recipe and the changes below.")
    private @Nullable Integer steps;

    @Mixin
    private UntilOption until = new UntilOption();

    @Mixin
    private ScratchOptions options = new ScratchOptions();

    @Option(
            names = "--export",
            paramLabel = "FOLDER",
            description = "Write the whole checkpoint in the diffusers layout when done.")
    private @Nullable Path export;

    @Mixin
    private ProcessOptions processes = new ProcessOptions();

    @Override
    Report run() throws IOException {
        options.applyThreads();
        Report started = processes.started(this);
        if (started != null) {
            return started;
        }
        DitTrainConfig config = steps == null ? options.begun(folder) : options.recipe(steps, console());
        if (config == null) {
            throw refuse("--steps", "none", "a number, or --config, for a new run");
        }
        TrainingRun.Lines lines = until.lines(this);
        Device on = options.device();
        try (ProcessGroup group = processes.join(on);
                DitTrainer trainer = DitTrainer.open(
                        folder, config, options.latents(), options.vae(), on, options.cacheOnDevice(), group)) {
            return TrainingRun.finish(folder, trainer, lines, export, group);
        }
    }
}
