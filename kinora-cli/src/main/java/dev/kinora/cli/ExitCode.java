package dev.kinora.cli;

/** What the process answers to the shell; part of the documented interface. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;
    /** The work was refused or failed. */
    static final int FAILURE = 1;
    /** The command line itself is wrong. */
    static final int USAGE = 2;
    /** Stopped by Ctrl-C. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
