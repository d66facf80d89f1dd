package dev.kinora.cli;

import picocli.CommandLine.Command;

/** Training. */
@Command(
        name = "train",
        header = "Train checkpoints from scratch, or further.",
        description = {
            "",
            "Three steps: an autoencoder (vae), its latents of many clips (latents), a transformer on those "
                    + "(dit). Besides: the network that reads Toybox clips back, to measure what was generated (reader). "
                    + "A checkpoint there is already learns more by lora or tune. A run is a folder with its config, "
                    + "metrics, curves, contact sheets and a checkpoint; the same command continues a run that was "
                    + "stopped, bit for bit."
        },
        subcommands = {
            TrainVaeCommand.class,
            TrainLatentsCommand.class,
            TrainDitCommand.class,
            TrainLoraCommand.class,
            TrainTuneCommand.class,
            TrainScalingCommand.class,
            TrainReaderCommand.class
        })
final class TrainCommand extends Group {}
