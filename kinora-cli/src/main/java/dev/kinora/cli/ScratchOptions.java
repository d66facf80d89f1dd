package dev.kinora.cli;

import dev.kinora.tensor.Device;
import dev.kinora.train.dit.DitTrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What training transformers from scratch takes, one or several of them. */
final class ScratchOptions {
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
            names = "--cache-on-device",
            description = "Hold all latents on the device. Default: read from disk batch by batch.")
    private boolean cacheOnDevice;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Mixin
    private TrainingRun run = new TrainingRun();

    @Mixin
    private DitOptions options = new DitOptions();

    Path vae() {
        return vae;
    }

    Path latents() {
        return latents;
    }

    boolean cacheOnDevice() {
        return cacheOnDevice;
    }

    Device device() {
        return device.get();
    }

    void applyThreads() {
        run.applyThreads();
    }

    /** kinora-mini's recipe for so many steps, changed as asked for. */
    DitTrainConfig recipe(int steps, Console console) {
        options.choosePrecision(device(), console);
        return options.applyTo(DitTrainConfig.mini(steps));
    }

    /** The config of {@code --config}, else of a run that was begun, changed as asked for; null where there is none. */
    @Nullable
    DitTrainConfig begun(Path folder) throws IOException {
        DitTrainConfig config = run.config(folder, DitTrainConfig.class);
        return config == null ? null : options.applyTo(config);
    }
}
