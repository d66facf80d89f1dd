package dev.kinora.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a run that is not done yet is to end for now. */
final class UntilOption {
    @Option(
            names = "--until",
            paramLabel = "STEP",
            description =
                    "Stop at this step of the run's own number, with a checkpoint, and export what it has reached."
                            + " The same command without it goes on.")
    private @Nullable Integer until;

    /** The lines of a run that ends there. */
    TrainingRun.Lines lines(Action command) {
        if (until == null) {
            return new TrainingRun.Lines(command.console(), command.interrupts());
        }
        if (until < 1) {
            throw new CommandException("--until = " + until + " (expected: 1 or more)");
        }
        return new TrainingRun.Lines(command.console(), command.interrupts(), until);
    }
}
