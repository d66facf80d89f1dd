package dev.kinora.cli;

/** Where the JVM enters. */
public final class Main {
    private Main() {}

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        Interrupts interrupts = Interrupts.install();
        int code = Kinora.run(Console.system(), interrupts, args);
        interrupts.finished();
        System.exit(code);
    }
}
