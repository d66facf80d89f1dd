package dev.kinora.cli;

import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.train.vae.VaeTrainConfig;
import dev.kinora.train.vae.VaeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains an autoencoder. */
@Command(
        name = "vae",
        header = "Train a causal 3D autoencoder.",
        description = {
            "",
            "A new run takes the recipe that made kinora-mini's autoencoder, with the changes asked for here; it is"
                    + " meant for a GPU. A run that was stopped continues with its own config. Either way the config"
                    + " is the run's config.json, which --config takes too.",
            "",
            "Watch curves.png (each loss by itself) and reconstructions.png (clips that are never trained on, above"
                    + " what came back). PSNR climbs fast, then slowly; 30 dB looks right, 35 dB looks the same.",
            ""
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Examples:",
            "  kinora train vae runs/vae --device cuda --export vae",
            "  kinora train vae runs/vae                      (continues)",
            "  kinora train vae runs/small --phase 2000@1x32 --phase 8000@9x4 --set blockOutChannels=[16,32,64,64]",
            "  kinora train vae runs/long --processes 2 --phase 4000@17x4 --phase 500@65x1w",
            "  kinora train vae /shared/run --rank 1 --world-size 4 --rendezvous tcp://node0:29500 --device cuda",
            "  kinora train vae runs/moving --vae vae --phase 6000@48x48x9x8/96x64,96x64x17x2 --export vae2",
            "  kinora train vae runs/sharp --device cuda --lpips lpips_vgg16.safetensors --gan-start 3000"
        })
final class TrainVaeCommand extends Action {
    private static final int HELD_OUT = 8;

    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    private Path folder = Path.of("");

    @Mixin
    private VaeRecipe recipe = new VaeRecipe();

    @Mixin
    private TrainingRun run = new TrainingRun();

    @Mixin
    private UntilOption until = new UntilOption();

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Option(
            names = "--videos",
            paramLabel = "FOLDER",
            description =
                    "Train on videos instead of Toybox: files, and tar shards. Each goes to the size of the run that"
                            + " fits it best; the first " + HELD_OUT + " of each are for validation.")
    private @Nullable Path videos;

    @Option(names = "--fps", paramLabel = "RATE", description = "Frames per second of --videos. Default: 8.")
    private double fps = 8;

    @Option(
            names = "--export",
            paramLabel = "FOLDER",
            description = "Write the trained autoencoder, as one component of the diffusers layout, when done.")
    private @Nullable Path export;

    @Mixin
    private ProcessOptions processes = new ProcessOptions();

    @Override
    Report run() throws IOException {
        run.applyThreads();
        Report started = processes.started(this);
        if (started != null) {
            return started;
        }
        Device on = device.get();
        VaeTrainConfig own = run.config(folder, VaeTrainConfig.class);
        VaeTrainConfig config = own == null ? VaeTrainConfig.mini() : own;
        if (recipe.given()) {
            config = recipe.apply(config);
        }
        if (videos != null) {
            config = VaeRecipe.sized(config);
        }
        TrainingRun.Lines lines = until.lines(this);
        try (ProcessGroup group = processes.join(on);
                VaeTrainer trainer = videos == null
                        ? VaeTrainer.open(folder, config, on, group)
                        : VaeTrainer.open(
                                folder,
                                config,
                                on,
                                TrainingVideos.draws(videos, config, HELD_OUT, fps, console()),
                                group)) {
            return TrainingRun.finish(folder, trainer, lines, export, group);
        }
    }
}
