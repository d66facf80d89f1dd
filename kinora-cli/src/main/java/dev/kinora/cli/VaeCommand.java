package dev.kinora.cli;

import picocli.CommandLine.Command;

/** The autoencoder by itself. */
@Command(
        name = "vae",
        header = "Turn videos into latents and latents into videos.",
        description = {"", "The autoencoder of a checkpoint by itself."},
        subcommands = {VaeEncodeCommand.class, VaeDecodeCommand.class})
final class VaeCommand extends Group {}
