package dev.kinora.cli;

import picocli.CommandLine.Command;

/** Measuring. */
@Command(
        name = "eval",
        header = "Measure what a checkpoint makes.",
        description = {
            "",
            "toybox asks for clips of the Toybox world and reads back whether they show what was asked; vae "
                    + "compares clips with what an autoencoder makes of them."
        },
        subcommands = {EvalToyboxCommand.class, EvalVaeCommand.class})
final class EvalCommand extends Group {}
