package dev.kinora.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A subcommand that does something: it answers with a report, which is printed as text or as JSON. */
abstract class Action implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Common common = new Common();

    @Override
    public final Integer call() throws Exception {
        Report report = run();
        Console console = console();
        if (common.json()) {
            console.out().println(Json.of(report));
        } else {
            report.print(console.out());
        }
        return exitCode(report);
    }

    /** Does the work. */
    abstract Report run() throws Exception;

    /** Most reports mean success. */
    int exitCode(Report report) {
        return ExitCode.OK;
    }

    Common common() {
        return common;
    }

    Console console() {
        return root().console();
    }

    Interrupts interrupts() {
        return root().interrupts();
    }

    private Kinora root() {
        return (Kinora) spec.root().userObject();
    }

    /** The words of this process's command line. */
    List<String> commandLine() {
        return spec.root().commandLine().getParseResult().originalArgs();
    }

    /** A refusal of this command: {@code kinora generate: --size = 3 (expected: …)}. */
    CommandException refuse(String name, Object value, String expected) {
        return new CommandException(
                spec.qualifiedName() + ": " + name + " = " + value + " (expected: " + expected + ")");
    }
}
