package dev.kinora.cli;

import picocli.CommandLine.Command;

/** The world that needs no download. */
@Command(
        name = "toybox",
        header = "Draw clips of the Toybox world.",
        description = {"", "A deterministic world of toys with exact physics and true captions, for training and tests."
        },
        subcommands = {ToyboxRenderCommand.class})
final class ToyboxCommand extends Group {}
