package dev.kinora.cli;

import picocli.CommandLine.Command;

/** The checkpoints on this machine. */
@Command(
        name = "models",
        header = "Fetch, list, show, remove and assemble checkpoints.",
        description = {
            "",
            "Shipped checkpoints come with Kinora; pulled ones lie in the cache that Python tools share "
                    + "(HF_HOME, HF_HUB_CACHE). HF_TOKEN opens gated ones, HF_ENDPOINT names another hub, "
                    + "HF_HUB_OFFLINE=1 keeps off the network."
        },
        subcommands = {
            ModelsPullCommand.class,
            ModelsListCommand.class,
            ModelsShowCommand.class,
            ModelsRemoveCommand.class,
            ModelsAssembleCommand.class
        })
final class ModelsCommand extends Group {}
