package dev.kinora.cli;

import picocli.CommandLine.Option;

/** What every command understands. */
final class Common {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = 900,
            description = "Show this help.")
    private boolean help;

    @Option(names = "--json", order = 901, description = "Print one JSON document on standard output.")
    private boolean json;

    @Option(names = "--debug", order = 902, description = "Print the stack trace of a failure.")
    private boolean debug;

    boolean help() {
        return help;
    }

    boolean json() {
        return json;
    }

    boolean debug() {
        return debug;
    }
}
