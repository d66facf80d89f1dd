package dev.kinora.cli;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The root command: parses, runs one subcommand, turns what it throws into one line and an exit code. */
@Command(
        name = "kinora",
        header = "Kinora makes videos from words, images and videos.",
        description = {"", "Each command explains itself: kinora COMMAND --help."},
        mixinStandardHelpOptions = true,
        versionProvider = Kinora.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            GenerateCommand.class,
            ReplayCommand.class,
            InspectCommand.class,
            ModelsCommand.class,
            VaeCommand.class,
            TextCommand.class,
            TrainCommand.class,
            ToyboxCommand.class,
            EvalCommand.class,
            CurateCommand.class,
            PromptCommand.class,
            DoctorCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Every command takes --json (one JSON document on standard output; progress and messages",
            "stay on standard error) and --debug (stack traces).",
            "",
            "Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 130 interrupted.",
            "",
            "Examples:",
            "  kinora generate \"a red ball bounces on a green meadow\"",
            "  kinora inspect kinora-mini",
            "  kinora doctor"
        })
final class Kinora implements Callable<Integer> {
    private final Console console;
    private final Interrupts interrupts;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Kinora(Console console, Interrupts interrupts) {
        this.console = console;
        this.interrupts = interrupts;
    }

    /** Runs a command line against these streams and answers its exit code; never throws, never ends the process. */
    static int run(Console console, Interrupts interrupts, String... args) {
        int code = commandLine(console, interrupts).execute(args);
        console.out().flush();
        console.err().flush();
        return code;
    }

    static CommandLine commandLine(Console console, Interrupts interrupts) {
        CommandLine line = new CommandLine(new Kinora(console, interrupts))
                .setOut(console.out())
                .setErr(console.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpLongOptionsMaxWidth(34)
                .setParameterExceptionHandler(Kinora::wrongUsage)
                .setExecutionExceptionHandler(Kinora::failed);
        line.setUsageHelpWidth(100);
        Converters.register(line);
        return line;
    }

    Console console() {
        return console;
    }

    Interrupts interrupts() {
        return interrupts;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.out());
        return ExitCode.OK;
    }

    private static int wrongUsage(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        Kinora root = (Kinora) line.getCommandSpec().root().userObject();
        boolean debug = List.of(args).contains("--debug");
        String message = Usage.message(e) + " (see: " + line.getCommandSpec().qualifiedName() + " --help)";
        root.answer(Failure.usage(message), e, List.of(args).contains("--json"), debug);
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine line, ParseResult parsed) {
        Kinora root = (Kinora) line.getCommandSpec().root().userObject();
        Common common = line.getCommandSpec().userObject() instanceof Action a ? a.common() : new Common();
        Failure failure = Failure.of(e);
        root.answer(failure, e, common.json(), common.debug());
        return failure.exitCode();
    }

    private void answer(Failure failure, Throwable cause, boolean json, boolean debug) {
        if (json) {
            console.out().println(Json.of(failure));
        }
        failure.print(console.err());
        if (debug) {
            cause.printStackTrace(console.err());
        }
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "kinora " + Build.version(),
                Arrays.stream(new String[] {"java.vm.name", "java.runtime.version", "os.name", "os.arch"})
                        .map(System::getProperty)
                        .collect(Collectors.joining(", "))
            };
        }
    }
}
