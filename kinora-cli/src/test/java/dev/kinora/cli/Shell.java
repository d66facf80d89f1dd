package dev.kinora.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Runs a command line in this process and keeps what it wrote. */
record Shell(int code, String out, String err) {
    static Shell run(Object... words) {
        return run(Interrupts.none(), words);
    }

    static Shell run(Interrupts interrupts, Object... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, 80);
        String[] args = Arrays.stream(words).map(Object::toString).toArray(String[]::new);
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
