package dev.kinora.cli;

import picocli.CommandLine.Command;

/** Raw videos to training data. */
@Command(
        name = "curate",
        header = "Look into raw videos and find what to train on.",
        subcommands = {CurateCutsCommand.class})
final class CurateCommand extends Group {}
