package dev.kinora.cli;

import picocli.CommandLine.Command;

/** Prompts by themselves. */
@Command(
        name = "prompt",
        header = "Work on prompts.",
        description = {"", "expand makes a short prompt the kind of description that video models were trained on."},
        subcommands = {PromptExpandCommand.class})
final class PromptCommand extends Group {}
