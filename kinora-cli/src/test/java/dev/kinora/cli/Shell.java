package dev.kinora.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs a command line in this process and keeps what it wrote. */
record Shell(int code, String out, String err) {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    /** @param line words by spaces, {@code 'several in one'}; each {@code %} stands for the next of the values */
    static Shell run(String line, Object... values) {
        return run(Interrupts.none(), line, values);
    }

    static Shell run(Interrupts interrupts, String line, Object... values) {
        Iterator<Object> next = List.of(values).iterator();
        String[] args = WORD.matcher(line)
                .results()
                .map(m -> m.group(1) != null ? m.group(1) : m.group(2))
                .map(w -> w.equals("%") ? next.next().toString() : w)
                .toArray(String[]::new);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, 80);
        int code = Kinora.run(console, interrupts, args);
        return new Shell(code, out.toString(), err.toString());
    }

    /** The command's answer, which has to be a single JSON document. */
    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + out, e);
        }
    }

    /** The error line, which has to be the only one. */
    String errorLine() {
        String lines = err.lines().filter(l -> !l.isBlank()).collect(Collectors.joining("\n"));
        if (lines.contains("\n")) {
            throw new AssertionError("more than one line on standard error:\n" + err);
        }
        return lines;
    }
}
