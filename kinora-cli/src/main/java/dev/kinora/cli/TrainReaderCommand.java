package dev.kinora.cli;

import dev.kinora.train.reader.ReaderTrainConfig;
import dev.kinora.train.reader.ReaderTrainer;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains the network that says what a Toybox clip shows. */
@Command(
        name = "reader",
        header = "Train the network that reads Toybox clips back.",
        description = {
            "",
            "Clips are drawn while it trains, on all processors, and blemished as generated pictures are. With "
                    + "each checkpoint it reads clips that it never trains on. kinora eval toybox measures generated "
                    + "clips with it."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train reader runs/reader --steps 6000 --batch 64 --device cuda --export models/toybox-reader",
            "  kinora train reader runs/reader          (continues)"
        })
final class TrainReaderCommand extends Action {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Option(names = "--steps", paramLabel = "N", description = "Steps of a new run with the settings meant for it.")
    private @Nullable Integer steps;

    @Option(names = "--batch", paramLabel = "N", description = "Clips a step of such a run. Default: 64.")
    private int batch = 64;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Mixin
    private TrainingRun run = new TrainingRun();

    @Mixin
    private UntilOption until = new UntilOption();

    @Option(names = "--export", paramLabel = "FOLDER", description = "Write the trained reader when done.")
    private @Nullable Path export;

    @Override
    Report run() throws IOException {
        run.applyThreads();
        ReaderTrainConfig config =
                steps != null ? ReaderTrainConfig.standard(steps, batch) : run.config(folder, ReaderTrainConfig.class);
        if (config == null) {
            throw refuse("--steps", "none", "a number, or --config, for a new run");
        }
        TrainingRun.Lines lines = until.lines(this);
        int drawing = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        try (ReaderTrainer trainer = ReaderTrainer.open(folder, config, device.get(), drawing)) {
            return TrainingRun.finish(folder, trainer, lines, export, null);
        }
    }
}
