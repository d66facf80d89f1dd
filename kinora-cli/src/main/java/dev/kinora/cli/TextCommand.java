package dev.kinora.cli;

import picocli.CommandLine.Command;

/** The text encoder by itself. */
@Command(
        name = "text",
        header = "Turn prompts into what a checkpoint reads.",
        description = {"", "The tokenizer and text encoder of a checkpoint by themselves."},
        subcommands = {TextEncodeCommand.class})
final class TextCommand extends Group {}
