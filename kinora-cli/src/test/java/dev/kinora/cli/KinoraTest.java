package dev.kinora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class KinoraTest {
    @Test
    void withoutACommandExplainsItself() {
        Shell shell = Shell.run("");
        assertThat(shell.code()).isZero();
        assertThat(shell.out()).contains("Usage: kinora", "doctor", "Exit codes");
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void saysItsVersion() {
        assertThat(Shell.run("--version").out()).startsWith("kinora ").contains("25");
    }

    @Test
    void everyCommandHasHelpAnExampleAndJson() {
        Console console = Console.system();
        List<String> without = new ArrayList<>();
        visit(Kinora.commandLine(console, Interrupts.none()), without);
        assertThat(without).isEmpty();
    }

    private static void visit(CommandLine line, List<String> without) {
        var spec = line.getCommandSpec();
        String name = spec.qualifiedName();
        if (spec.usageMessage().header().length == 0) {
            without.add(name + ": header");
        }
        for (String paragraph : spec.usageMessage().description()) {
            // a line that the terminal is too narrow for is wrapped: one that ends in mid-sentence comes out ragged
            if (!name.equals("kinora help")
                    && !paragraph.isEmpty()
                    && !paragraph.startsWith(" ")
                    && !paragraph.matches(".*[.:]")) {
                without.add(name + ": a whole sentence in: " + paragraph);
            }
        }
        if (line.getSubcommands().isEmpty() && !line.getCommandName().equals("help")) {
            if (!String.join("\n", spec.usageMessage().footer()).contains(name)) {
                without.add(name + ": example");
            }
            if (spec.findOption("--json") == null || spec.findOption("--help") == null) {
                without.add(name + ": --json, --help");
            }
            spec.options().stream()
                    .filter(o -> o.description().length == 0)
                    .forEach(o -> without.add(name + ": description of " + o.longestName()));
        }
        line.getSubcommands().values().forEach(c -> visit(c, without));
    }

    @Test
    void refusesAMistypedCommandInOneLine() {
        Shell shell = Shell.run("doctr");
        assertThat(shell.code()).isEqualTo(2);
        assertThat(shell.errorLine())
                .isEqualTo("kinora: command = doctr (expected: did you mean doctor?) (see: kinora --help)");
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void refusesAMistypedOptionInOneLineAndInJson() {
        Shell shell = Shell.run("doctor --jsn --json");
        assertThat(shell.code()).isEqualTo(2);
        assertThat(shell.errorLine()).contains("option = --jsn (expected: did you mean --json?)");
        assertThat(shell.json().get("kind").asText()).isEqualTo("usage");
        assertThat(shell.json().get("error").asText()).contains("--jsn");
    }

    @Test
    void debugAddsTheStackTrace() {
        assertThat(Shell.run("doctor surplus").err()).doesNotContain("\tat ");
        assertThat(Shell.run("doctor surplus --debug").err()).contains("\tat ");
    }

    @Test
    void doctorMeasuresThisMachine() {
        Shell shell = Shell.run("doctor --json");
        assertThat(shell.code()).isZero();
        var found = shell.json();
        assertThat(found.at("/libtorch/threads").asInt()).isPositive();
        assertThat(found.at("/libtorch/speeds"))
                .allSatisfy(s -> assertThat(s.get("gflops").asDouble()).isPositive());
        assertThat(found.at("/machine/available_memory").asLong()).isPositive();
        assertThat(Shell.run("doctor").out()).contains("libtorch", "float32 linear layer", "kinora cache");
    }
}
