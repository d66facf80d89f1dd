package dev.kinora.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kinora.models.cogvideox.CogVideoXConfig;
import dev.kinora.tensor.Device;
import dev.kinora.tensor.ProcessGroup;
import dev.kinora.train.dit.DitTrainer;
import dev.kinora.train.dit.FineTuneConfig;
import dev.kinora.weights.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What both ways of training a checkpoint further share. */
final class FineTuneOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = {"-m", "--model"},
            paramLabel = "CHECKPOINT",
            description = "The checkpoint's folder, in the diffusers layout; needed for a new run.")
    private @Nullable Path model;

    @Option(
            names = "--latents",
            paramLabel = "CACHE",
            required = true,
            description = "What kinora train latents --model wrote.")
    private Path latents = Path.of("");

    @Option(names = "--steps", paramLabel = "N", description = "Begin a run of so many steps.")
    private @Nullable Integer steps;

    @Option(names = "--cache-on-device", description = "Hold all latents on the device.")
    private boolean cacheOnDevice;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Mixin
    private TrainingRun run = new TrainingRun();

    @Mixin
    private UntilOption until = new UntilOption();

    @Mixin
    private RecipeOptions recipe = new RecipeOptions();

    @Mixin
    private ProcessOptions processes = new ProcessOptions();

    /** The run's config: a new one from the options, or that of a run that was begun. */
    private FineTuneConfig config(Path folder, FineTuneConfig.@Nullable LoraSettings lora, Device on, Console console)
            throws IOException {
        run.applyThreads();
        if (steps == null) {
            FineTuneConfig begun = run.config(folder, FineTuneConfig.class);
            if (begun == null) {
                throw new CommandException("--steps = none (expected: a number, or --config, for a new run)");
            }
            return changed(begun);
        }
        if (model == null) {
            throw new CommandException("--model = none (expected: a checkpoint's folder, for a new run)");
        }
        recipe.choosePrecision(on, console);
        CogVideoXConfig sizes = CogVideoXConfig.of(
                CheckpointFolder.open(model).component("transformer").config());
        boolean firstFrame = sizes.inChannels() == 2 * sizes.outChannels();
        return changed(FineTuneConfig.of(model.toString(), lora, firstFrame, steps));
    }

    private FineTuneConfig changed(FineTuneConfig base) {
        ObjectNode tree = JSON.valueToTree(base);
        recipe.applyTo((ObjectNode) tree.get("recipe"));
        try {
            return JSON.treeToValue(tree, FineTuneConfig.class);
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause();
            throw new CommandException(
                    cause instanceof IllegalArgumentException
                            ? String.valueOf(cause.getMessage())
                            : e.getOriginalMessage(),
                    e);
        }
    }

    /** Trains, in processes of its own where asked for, and exports. */
    Report train(Action command, Path folder, FineTuneConfig.@Nullable LoraSettings lora, @Nullable Path export)
            throws IOException {
        Report started = processes.started(command);
        if (started != null) {
            return started;
        }
        Device on = device.get();
        FineTuneConfig config = config(folder, lora, on, command.console());
        TrainingRun.Lines lines = until.lines(command);
        try (ProcessGroup group = processes.join(on);
                DitTrainer trainer = DitTrainer.tune(folder, config, latents, on, cacheOnDevice, group, lines)) {
            return TrainingRun.finish(folder, trainer, lines, export, group);
        }
    }
}
