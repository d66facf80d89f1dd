package dev.kinora.cli;

import dev.kinora.train.VaeTrainConfig;
import dev.kinora.train.VaeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains an autoencoder. */
@Command(
        name = "vae",
        header = "Train a causal 3D autoencoder on Toybox.",
        description = {"", "Phases follow each other: single pictures teach space cheaply, then clips teach time."},
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train vae runs/vae --phase 2000x1x32 --phase 8000x9x4 --export vae",
            "  kinora train vae runs/vae          (continues)"
        })
final class TrainVaeCommand extends Action {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Option(
            names = "--phase",
            paramLabel = "STEPSxFRAMESxBATCH",
            description = "A stretch of training with the settings that made kinora-mini; may be given several times.")
    private List<String> phases = new ArrayList<>();

    @Mixin
    private TrainingRun run = new TrainingRun();

    @Option(
            names = "--export",
            paramLabel = "FOLDER",
            description = "Write the trained autoencoder, as one component of the diffusers layout, when done.")
    private @Nullable Path export;

    @Override
    Report run() throws IOException {
        run.applyThreads();
        VaeTrainConfig config = phases.isEmpty()
                ? run.config(folder, VaeTrainConfig.class)
                : VaeTrainConfig.mini(phases.stream().map(this::phase).toList());
        if (config == null) {
            throw refuse("--phase", "none", "one or more, or --config, for a new run");
        }
        TrainingRun.Lines lines = new TrainingRun.Lines(console(), interrupts());
        try (VaeTrainer trainer = VaeTrainer.open(folder, config)) {
            trainer.train(lines);
            if (export != null) {
                trainer.export(export);
            }
            return new TrainingRun.Trained(folder, trainer.numel(), lines.last(), export);
        }
    }

    private VaeTrainConfig.Phase phase(String text) {
        String[] parts = text.split("x", -1);
        try {
            if (parts.length == 3) {
                return new VaeTrainConfig.Phase(
                        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
            }
        } catch (NumberFormatException e) {
            throw refuse("--phase", text, "STEPSxFRAMESxBATCH, such as 2000x1x32");
        }
        throw refuse("--phase", text, "STEPSxFRAMESxBATCH, such as 2000x1x32");
    }
}
