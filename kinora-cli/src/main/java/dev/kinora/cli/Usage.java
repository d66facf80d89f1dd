package dev.kinora.cli;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in the house's grammar. */
final class Usage {
    private Usage() {}

    /** {@code command: name = value (expected: …)}. */
    static String message(ParameterException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        ArgSpec arg = e.getArgSpec();
        if (e instanceof UnmatchedArgumentException u) {
            return unmatched(u, spec);
        }
        if (e instanceof MissingParameterException m && !m.getMissing().isEmpty()) {
            ArgSpec missing = m.getMissing().getFirst();
            String[] description = missing.description();
            return refusal(
                    spec,
                    missing,
                    "missing",
                    description.length == 0 ? missing.paramLabel() : sentence(String.join(" ", description)));
        }
        if (e instanceof OverwrittenOptionException o) {
            return refusal(spec, o.getOverwritten(), "given twice", "once");
        }
        if (arg != null && e.getCause() != null && e.getValue() != null) {
            return refusal(
                    spec,
                    arg,
                    e.getValue(),
                    Objects.requireNonNullElse(e.getCause().getMessage(), "a value"));
        }
        String text = Objects.requireNonNullElse(e.getMessage(), "wrong command line");
        return spec.qualifiedName() + ": " + text.replaceFirst("^Error: ", "");
    }

    private static String refusal(CommandSpec spec, ArgSpec arg, Object value, String expected) {
        String label = arg instanceof OptionSpec o ? o.longestName() : arg.paramLabel();
        return spec.qualifiedName() + ": " + label + " = " + value + " (expected: " + expected + ")";
    }

    /** A description's first sentence as part of another. */
    private static String sentence(String description) {
        String first = description.split("\\.(\\s|$)", 2)[0];
        return first.substring(0, 1).toLowerCase(Locale.ROOT) + first.substring(1);
    }

    private static String unmatched(UnmatchedArgumentException e, CommandSpec spec) {
        String first = e.getUnmatched().getFirst();
        boolean option = first.startsWith("-");
        boolean group = !spec.subcommands().isEmpty();
        List<String> known = option
                ? spec.options().stream()
                        .filter(o -> !o.hidden())
                        .map(OptionSpec::longestName)
                        .toList()
                : List.copyOf(spec.subcommands().keySet());
        String expected = Nearest.of(first.replaceFirst("=.*", ""), known)
                .map(n -> "did you mean " + n + "?")
                .orElse(
                        option || group
                                ? "one of " + String.join(", ", known)
                                : "nothing more; a value with spaces needs quotes");
        String what = option ? "option" : group ? "command" : "argument";
        return spec.qualifiedName() + ": " + what + " = " + first + " (expected: " + expected + ")";
    }
}
